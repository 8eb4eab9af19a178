using System.Globalization;
using Berth.TestKit;

namespace Berth.Specs.Plugins;

public sealed class Calling_a_plugin_of_the_daemon : IAsyncLifetime
{
    // Something at once, as most long commands do, and a key that nobody presses within milliseconds.
    private const string Slow = "trap 'echo farewell; exit 1' INT; echo early; sleep 0.1; echo \"begun $$\"; sleep 600 & wait; echo never";
    private BerthServer _berth = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the contract lets only root install plugins");
        _berth = await BerthServer.StartAsync();
        await SmallPlugin.InstallAsync(_berth, "slow", ("subcommands/default", Slow), ("my-event", Slow));
    }

    public ValueTask DisposeAsync() => _berth is null ? ValueTask.CompletedTask : _berth.DisposeAsync();

    [Fact]
    public async Task streams_what_it_prints_and_keeps_nobody_else_waiting()
    {
        await using var client = await BeginAsync("slow");
        Assert.Equal("answered\n", (await AskAsync()).Output);
        Assert.False(client.HasExited);
    }

    [Theory]
    [InlineData("slow")]
    [InlineData("plugin:trigger my-event")]
    public async Task ends_it_and_what_it_started_at_a_press_of_the_interrupt_key(string command)
    {
        await using var client = await BeginAsync(command.Split(' '));
        var plugin = PluginOf(client);
        await ExternalProgram.SucceedAsync("kill", ["-INT", client.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await client.EndedAsync();
        await GoneAsync(plugin);
        Assert.Contains("farewell", client.Said);
        Assert.DoesNotContain("never", client.Said);
    }

    [Theory]
    [InlineData("slow")]
    [InlineData("plugin:trigger my-event")]
    public async Task ends_it_when_whoever_called_goes_away(string command)
    {
        await using var client = await BeginAsync(command.Split(' '));
        var plugin = PluginOf(client);
        client.KillAlone();
        await GoneAsync(plugin);
    }

    [Fact]
    public async Task lets_it_call_the_daemon_back()
    {
        await SmallPlugin.InstallAsync(_berth, "back", ("subcommands/default", "dokku apps:create \"$2\" >/dev/null; dokku --quiet apps:list; cat"));
        var result = await _berth.RunAsync(["back", "made"], "and its input\n");
        Assert.Equal((0, "made\nand its input\n"), (result.Status, result.Output));
    }

    private async Task<CommandResult> AskAsync()
    {
        await SmallPlugin.InstallAsync(_berth, "quick", ("subcommands/default", "echo answered"));
        return await _berth.RunAsync("quick");
    }

    private async Task<RunningProgram> BeginAsync(params string[] words)
    {
        var client = RunningProgram.Start(
            BerthProgram.Path, words, new Dictionary<string, string?> { ["DOKKU_ROOT"] = _berth.Home, ["DOKKU_LIB_ROOT"] = _berth.Lib });
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Assert.True(await client.SaysAsync("begun", limit.Token), string.Join('\n', client.Said));
        return client;
    }

    private static string PluginOf(RunningProgram client) => client.Said.Single(line => line.StartsWith("begun ", StringComparison.Ordinal))[6..];

    private static Task GoneAsync(string process) => Eventually.TrueAsync(() => Task.FromResult(!Directory.Exists($"/proc/{process}")));
}
