using Berth.TestKit;

namespace Berth.Specs.Plugins;

public sealed class Calling_a_plugin : IDisposable
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    public Calling_a_plugin() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "the contract lets only root install plugins");

    public void Dispose() => _berth.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task runs_its_default_its_subcommands_and_passes_every_word()
    {
        await SmallPlugin.InstallAsync(
            _berth, "words", ("subcommands/default", "printf '%s|' \"$@\""), ("subcommands/set", "printf '[%s]' \"$@\"; exit 7"));

        Assert.Equal("words|a b|$(id)|*|", await _berth.OkAsync("words", "a b", "$(id)", "*"));
        var set = await _berth.RunAsync("words:set", "", "x\ny", "--flag");
        Assert.Equal(7, set.Status);
        Assert.Equal("[words:set][][x\ny][--flag]", set.Output);
    }

    [Fact]
    public async Task asks_each_plugins_commands_file_until_one_fails()
    {
        await SmallPlugin.InstallAsync(_berth, "a", ("commands", "[[ $1 == shared ]] || exit $DOKKU_NOT_IMPLEMENTED_EXIT; echo from a"));
        await SmallPlugin.InstallAsync(_berth, "b", ("commands", "case $1 in shared) echo from b; exit 3;; *) exit 10;; esac"));
        await SmallPlugin.InstallAsync(_berth, "c", ("commands", "echo from c"));

        var shared = await _berth.RunAsync("shared");
        Assert.Equal((3, "from a\nfrom b\n"), (shared.Status, shared.Output));
        Assert.Equal("from c\n", await _berth.OkAsync("anything", "else"));
    }

    [Fact]
    public async Task says_that_nobody_knows_a_command()
    {
        await SmallPlugin.InstallAsync(_berth, "deaf", ("commands", "exit $DOKKU_NOT_IMPLEMENTED_EXIT"));
        var result = await _berth.RunAsync("nobody:knows", "this one");
        Assert.Equal(1, result.Status);
        Assert.Equal(
            " !     `nobody:knows this one` is not a berth command.\n !     See `berth help` for a list of available commands.\n", result.Error);
    }

    [Theory]
    [InlineData("up:../../../../../../../../bin/echo")]
    [InlineData("up:.")]
    [InlineData("up:..")]
    [InlineData("up:")]
    [InlineData("../up:default")]
    [InlineData("up/subcommands:default")]
    public async Task finds_no_program_outside_the_plugin(string command)
    {
        await SmallPlugin.InstallAsync(_berth, "up", ("subcommands/default", "echo reached"));
        var result = await _berth.RunAsync(command, "reached");
        Assert.Equal(1, result.Status);
        Assert.DoesNotContain("reached", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task gives_it_the_contracts_environment_and_nothing_else()
    {
        await SmallPlugin.InstallAsync(_berth, "env", ("subcommands/default", "env"));
        var result = await ExternalProgram.RunAsync(
            BerthProgram.Path,
            ["--quiet", "--app", "some", "env"],
            new Dictionary<string, string?> { ["DOKKU_ROOT"] = _berth.Home, ["DOKKU_LIB_ROOT"] = _berth.Lib, ["SECRET"] = "s3" });
        var variables = result.Output.Split('\n');

        Assert.Equal(0, result.Status);
        Assert.Superset(
            new HashSet<string>
            {
                $"DOKKU_ROOT={_berth.Home}", $"DOKKU_LIB_ROOT={_berth.Lib}", $"PLUGIN_PATH={_berth.Lib}/plugins",
                $"PLUGIN_AVAILABLE_PATH={_berth.Lib}/plugins/available", $"PLUGIN_ENABLED_PATH={_berth.Lib}/plugins/enabled",
                $"PLUGIN_CORE_PATH={_berth.Lib}/core-plugins", $"PLUGIN_CORE_AVAILABLE_PATH={_berth.Lib}/core-plugins/available",
                $"PLUGIN_CORE_ENABLED_PATH={_berth.Lib}/core-plugins/enabled", "DOCKER_BIN=docker", "DOKKU_API_VERSION=1",
                "DOKKU_NOT_IMPLEMENTED_EXIT=10", "DOKKU_VALID_EXIT=0", "SSH_NAME=default", "DOKKU_QUIET_OUTPUT=1", "DOKKU_APP_NAME=some",
            },
            variables.ToHashSet());
        Assert.DoesNotContain("SECRET=s3", variables);
        Assert.DoesNotContain(variables, variable => variable.StartsWith("NAME=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task reads_the_callers_input_and_keeps_both_outputs_apart()
    {
        await SmallPlugin.InstallAsync(_berth, "pipe", ("subcommands/default", "tr a-z A-Z; echo aside >&2"));
        var result = await _berth.RunAsync(["pipe"], "some words");
        Assert.Equal((0, "SOME WORDS", "aside\n"), (result.Status, result.Output, result.Error));
    }

    [Fact]
    public async Task does_not_wait_for_what_it_leaves_running_behind_it()
    {
        await SmallPlugin.InstallAsync(_berth, "behind", ("subcommands/default", "sleep 600 & echo $!"));
        var process = int.Parse((await _berth.OkAsync("behind")).Trim(), provider: null);
        using var left = System.Diagnostics.Process.GetProcessById(process);
        left.Kill();
    }

    [Fact]
    public async Task prints_much_without_losing_any()
    {
        await SmallPlugin.InstallAsync(_berth, "much", ("subcommands/default", "seq 1 300000"));
        var output = await _berth.OkAsync("much");
        Assert.Equal(300_000, output.Count(c => c == '\n'));
        Assert.EndsWith("\n300000\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_why_a_program_cannot_start()
    {
        await SmallPlugin.InstallAsync(_berth, "broken");
        var program = $"{_berth.Lib}/plugins/available/broken/subcommands/default";
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        await File.WriteAllTextAsync(program, "#!/no/such/program\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var result = await _berth.RunAsync("broken");
        Assert.Equal(1, result.Status);
        Assert.Contains("plugin-not-started", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task runs_as_the_owner_of_the_root_folder_whoever_calls()
    {
        await SmallPlugin.InstallAsync(_berth, "who", ("subcommands/default", "id -un; echo $HOME"), ("install", "id -un"));
        await _berth.OkAsync("apps:create", "any");
        await ExternalProgram.SucceedAsync("chown", ["nobody", _berth.Home]);

        Assert.Equal($"nobody\n{_berth.Home}\n", await _berth.OkAsync("who"));
        Assert.Equal("root\n", await _berth.OkAsync("plugin:install"));
    }

    [Fact]
    public async Task leaves_dokkus_own_plugins_of_a_server_taken_over_as_they_are()
    {
        using var other = new ScratchFolder();
        Directory.CreateDirectory($"{_berth.Lib}/core-plugins/available/common");
        await File.WriteAllTextAsync($"{_berth.Lib}/core-plugins/available/common/functions", "echo dokkus own; exit 9\n");
        Directory.CreateDirectory($"{_berth.Lib}/plugins/available");
        Directory.CreateDirectory($"{_berth.Lib}/plugins/enabled");
        File.CreateSymbolicLink($"{_berth.Lib}/plugins/available/common", $"{_berth.Lib}/core-plugins/available/common");
        File.CreateSymbolicLink($"{_berth.Lib}/plugins/enabled/common", $"{_berth.Lib}/core-plugins/available/common");

        await SmallPlugin.InstallAsync(
            _berth, "guest", ("subcommands/default", "source \"$PLUGIN_AVAILABLE_PATH/common/functions\"; dokku_log_info1 ours"));

        Assert.Equal("-----> ours\n", await _berth.OkAsync("guest"));
        Assert.Equal("echo dokkus own; exit 9\n", await File.ReadAllTextAsync($"{_berth.Lib}/core-plugins/available/common/functions"));
        Assert.Equal(["available"], Directory.GetFileSystemEntries($"{_berth.Lib}/core-plugins").Select(entry => Path.GetFileName(entry)));
    }
}
