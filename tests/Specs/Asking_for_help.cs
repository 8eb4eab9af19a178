using Berth.Specs.Plugins;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Asking_for_help : IDisposable
{
    private const string Script =
        """
        case "$1" in
          help) if [[ $(ps -o command= $PPID) == *"--all"* ]]; then echo "    greet <app>, Says hello"; echo "    greet:off, Says nothing"; else echo "    greet, Greets"; fi ;;
          greet:help) echo "Usage: dokku greet[:COMMAND]" ;;
          *) exit $DOKKU_NOT_IMPLEMENTED_EXIT ;;
        esac
        """;

    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    public void Dispose() => _berth.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task lists_every_feature_with_a_four_space_indent()
    {
        var help = await _berth.OkAsync("help");
        Assert.StartsWith("Usage: berth [--quiet|--trace|--force|--app <app>] COMMAND <app> [command-specific-options]\n", help, StringComparison.Ordinal);
        Assert.Matches("\n    apps  +Manage apps\n", help);
        Assert.Matches("\n    plugin  +Manage installed plugins\n", help);
        Assert.DoesNotContain("apps:create", help, StringComparison.Ordinal);
        Assert.Equal(help, await _berth.OkAsync("--help"));
        Assert.Equal(help, await _berth.OkAsync());
    }

    [Fact]
    public async Task is_answered_when_letsencrypt_stands_alone()
    {
        var help = await _berth.OkAsync("letsencrypt:help");
        Assert.StartsWith("Usage: berth letsencrypt[:COMMAND]\n", help, StringComparison.Ordinal);
        Assert.Equal(help, await _berth.OkAsync("letsencrypt"));
        Assert.Equal(help, await _berth.OkAsync("letsencrypt", "--help"));
        Assert.Equal(20, (await _berth.RunAsync("--app", "nobody", "domains")).Status);
    }

    [Fact]
    public async Task is_answered_when_a_feature_without_a_command_has_a_word_behind_it() =>
        Assert.Equal(await _berth.OkAsync("checks:help"), await _berth.OkAsync("checks", "shop"));

    [Fact]
    public async Task tells_the_version_whatever_stands_around_the_word() =>
        Assert.Equal(await _berth.OkAsync("version"), await _berth.OkAsync("--quiet", "--app", "shop", "version"));

    [Fact]
    public async Task lists_every_command_with_all()
    {
        var help = await _berth.OkAsync("help", "--all");
        Assert.Matches("\n    apps:create <app>  +Create a new app\n", help);
        Assert.DoesNotContain("common:property", help, StringComparison.Ordinal);
        Assert.DoesNotContain("plugn ", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task leaves_only_the_rows_when_quiet() =>
        Assert.All((await _berth.OkAsync("--quiet", "help")).TrimEnd('\n').Split('\n'), line => Assert.StartsWith("    ", line, StringComparison.Ordinal));

    [Theory]
    [InlineData("plugin")]
    [InlineData("events")]
    [InlineData("trace")]
    public async Task answers_alike_however_a_feature_is_asked_about(string feature)
    {
        var help = await _berth.OkAsync($"{feature}:help");
        Assert.StartsWith($"Usage: berth {feature}[:COMMAND]\n\n", help, StringComparison.Ordinal);
        Assert.Contains("\n\nAdditional commands:\n    ", help, StringComparison.Ordinal);
        Assert.Equal(help, await _berth.OkAsync(feature, "--help"));
        Assert.Equal(help, await _berth.OkAsync("help", feature));
    }

    [Theory]
    [InlineData("ps:scale")]
    [InlineData("apps:list")]
    [InlineData("logs:set")]
    public async Task shows_the_feature_when_one_of_its_commands_is_asked_about(string command) =>
        Assert.Equal(await _berth.OkAsync($"{command.Split(':')[0]}:help"), await _berth.OkAsync(command, "--help"));

    [Fact]
    public async Task adds_what_plugins_say_of_themselves()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the contract lets only root install plugins");
        await SmallPlugin.InstallAsync(_berth, "greet", ("commands", Script));

        Assert.EndsWith("\n\nCommunity plugin commands:\n\n    greet  Greets\n", await _berth.OkAsync("help"), StringComparison.Ordinal);
        Assert.EndsWith(
            "\n\nCommunity plugin commands:\n\n    greet <app>  Says hello\n    greet:off    Says nothing\n", await _berth.OkAsync("help", "--all"), StringComparison.Ordinal);
        Assert.Equal("Usage: dokku greet[:COMMAND]\n", await _berth.OkAsync("greet:help"));
    }

    [Theory]
    [InlineData("enter", "some")]
    [InlineData("run", "some")]
    [InlineData("git:from-image", "some")]
    [InlineData("traefik:report", "some")]
    public async Task says_what_to_use_instead_of_what_is_not_here(string command, string word)
    {
        var result = await _berth.RunAsync(command, word);
        Assert.Equal(1, result.Status);
        Assert.StartsWith($" !     `{command}` is a command of Dokku that Berth has not: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("berth ", result.Error.Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task reports_on_the_server_and_then_on_the_app()
    {
        await _berth.OkAsync("apps:create", "shop");
        var report = await _berth.OkAsync("report", "shop");
        Assert.Matches("^-----> uname: Linux .+\n-----> memory: \n       .*total.*\n       Mem:.*\n", report);
        Assert.Matches("\n-----> git version: git version .+\n-----> dokku version: dokku version \\d+\\.\\d+\\.\\d+\n", report);
        Assert.Contains("\n-----> dokku plugins: \n         00_dokku-standard ", report, StringComparison.Ordinal);
        Assert.Contains("\n=====> shop app information\n", report, StringComparison.Ordinal);
        Assert.Contains("\n=====> shop domains information\n", report, StringComparison.Ordinal);

        Assert.Equal(20, (await _berth.RunAsync("report", "nope")).Status);
        var format = await _berth.RunAsync("report", "--format", "json");
        Assert.Equal((1, " !     --format flag not supported on global report\n"), (format.Status, format.Error));
    }
}
