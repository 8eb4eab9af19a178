using Berth.Specs.Plugins;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>What a command says reaches whoever reads it, however its input and outputs are, and whether anybody reads at all.</summary>
public sealed class Printing_to_whoever_reads
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task is_not_held_up_by_input_that_the_command_leaves_unread()
    {
        await using var berth = await BerthServer.StartAsync();
        await SmallPlugin.InstallAsync(
            berth, "talk", ("subcommands/default", "read -r first\necho \"$first\"\nsleep 0.3\nhead -c 1000000 /dev/zero | tr '\\0' x\nexit 7"), ("subcommands/cat", "cat"));
        var much = string.Concat(Enumerable.Repeat("a line of what somebody types\n", 1_000_000));

        var talk = await berth.RunAsync(["talk"], much).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(7, talk.Status);
        Assert.Equal("a line of what somebody types\n".Length + 1_000_000, talk.Output.Length);

        var cat = await berth.RunAsync(["talk:cat"], much).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal((0, much.Length), (cat.Status, cat.Output.Length));
    }

    [Fact]
    public async Task hears_of_Ctrl_C_whatever_input_lies_unread()
    {
        await using var berth = await BerthServer.StartAsync();
        await SmallPlugin.InstallAsync(berth, "talk", ("subcommands/default", "sleep 300"));

        var result = await ShellAsync(berth, "head -c 10000000 /dev/zero | timeout -k 60 -s INT 2 \"$BERTH\" talk; echo ${PIPESTATUS[1]}");

        // 137 where it had to be killed.
        Assert.EndsWith("124\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<&-")]
    [InlineData(">&-")]
    [InlineData("2>&-")]
    [InlineData("<&- >&- 2>&-")]
    public async Task leaves_alone_what_the_caller_has_closed(string closed)
    {
        Assert.SkipUnless(BerthProgram.IsNative || !closed.Contains("<&-", StringComparison.Ordinal), "The runtime's own host has taken the number already.");
        await using var berth = await BerthServer.StartAsync();
        await SmallPlugin.InstallAsync(berth, "talk", ("subcommands/default", "cat\necho one\nsleep 0.2\necho two >&2\nexit 7"));

        var result = await ShellAsync(berth, $"\"$BERTH\" talk {closed}").WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(7, result.Status);
        Assert.Equal(closed.Split(' ').Contains(">&-") ? "" : "one\n", result.Output);
        Assert.StartsWith(closed.Contains("2>&-", StringComparison.Ordinal) ? "" : "two\n", result.Error, StringComparison.Ordinal);
        Assert.Equal(closed == ">&-", result.Error.Contains("explain output-not-written", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ends_what_only_follows_once_nobody_reads_it()
    {
        await using var berth = await BerthServer.StartAsync();
        await HelloApp.DeployAsync(berth, "hello");
        await berth.OkAsync("domains:set", "hello", "hello.localhost");
        var following = ShellAsync(berth, "\"$BERTH\" logs hello -t | head -n 1; echo ${PIPESTATUS[0]}");
        using var patience = new CancellationTokenSource(Patience);

        while (!following.IsCompleted)
        {
            // The app prints a line for each visitor, where nobody listens any longer.
            await ExternalProgram.SucceedAsync(
                "curl", ["-sS", "--max-time", "20", "--connect-to", $"::127.0.0.1:{berth.HttpPort}", $"http://hello.localhost:{berth.HttpPort}/"]);
            patience.Token.ThrowIfCancellationRequested();
        }

        Assert.EndsWith("\n0\n", (await following).Output, StringComparison.Ordinal);
    }

    private static Task<CommandResult> ShellAsync(BerthServer berth, string script) => ExternalProgram.RunAsync(
        "bash", ["-c", script], new Dictionary<string, string?> { ["BERTH"] = BerthProgram.Path, ["DOKKU_ROOT"] = berth.Home, ["DOKKU_LIB_ROOT"] = berth.Lib });
}
