using Berth.TestKit;

namespace Berth.Specs;

public sealed class Completing_words
{
    [Theory]
    [InlineData("apps:destroy com", "complete-me")]
    [InlineData("apps:destr", "destroy")]
    [InlineData("config:get complete-me GR", "GREETING")]
    [InlineData("explain acme-caa-f", "acme-caa-forbids")]
    public async Task works_in_bash(string typed, string expected)
    {
        await using var berth = await PreparedAsync();
        var folder = Path.GetDirectoryName(BerthProgram.Path)!;
        var said = await ExternalProgram.RunAsync(
            "bash",
            ["--norc", "-c", """
                export PATH=$1:$PATH; source <(berth completion bash)
                COMP_LINE="berth $2"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(berth); COMP_WORDBREAKS=$' \t\n:='
                _berth_complete; printf '%s\n' "${COMPREPLY[@]}"
                """, "bash", folder, typed],
            berth.Environment);
        Assert.Equal($"{expected}\n", said.Output);
    }

    [Fact]
    public async Task works_in_fish()
    {
        await using var berth = await PreparedAsync();
        var folder = Path.GetDirectoryName(BerthProgram.Path)!;
        var said = await ExternalProgram.RunAsync(
            "fish",
            ["--no-config", "-c", "set -x PATH $argv[1] $PATH; berth completion fish | source; complete -C 'berth apps:destroy com'", folder],
            berth.Environment);
        Assert.Equal("complete-me\n", said.Output);
    }

    [Fact]
    public async Task prints_a_script_that_zsh_understands()
    {
        await using var berth = BerthServer.WithoutDaemon();
        var script = await berth.OkAsync("completion", "zsh");
        Assert.StartsWith("#compdef berth dokku\n", script, StringComparison.Ordinal);
        Assert.Equal(0, (await ExternalProgram.RunAsync("zsh", ["-f", "-n"], input: script)).Status);
    }

    [Fact]
    public async Task says_which_shells_there_are()
    {
        await using var berth = BerthServer.WithoutDaemon();
        var refused = await berth.RunAsync("completion", "tcsh");
        Assert.Equal(1, refused.Status);
        Assert.Contains("bash|zsh|fish", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task offers_nothing_and_fails_never_on_odd_lines()
    {
        await using var berth = BerthServer.WithoutDaemon();
        foreach (var line in new[] { "", "\n", "dokku \0", "dokku 'apps", new string('a', 100_000), "dokku --app" }.Where(line => !line.Contains('\0', StringComparison.Ordinal)))
        {
            var result = await berth.RunAsync("__complete", line);
            Assert.Equal((0, ""), (result.Status, result.Error));
        }
    }

    private static async Task<BerthServer> PreparedAsync()
    {
        var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "complete-me");
        await berth.OkAsync("config:set", "complete-me", "GREETING=x");
        return berth;
    }
}
