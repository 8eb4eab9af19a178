using Berth.TestKit;

namespace Berth.Specs.Plugins;

public sealed class Firing_triggers : IDisposable
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    public Firing_triggers() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "the contract lets only root install plugins");

    public void Dispose() => _berth.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task runs_handlers_in_the_order_of_names_with_the_arguments()
    {
        await SmallPlugin.InstallAsync(_berth, "zz", ("my-event", "echo \"zz $*\""));
        await SmallPlugin.InstallAsync(_berth, "aa", ("my-event", "echo \"aa $*\""));
        await SmallPlugin.InstallAsync(_berth, "mm", ("other-event", "echo never"));
        Assert.Equal("aa x y\nzz x y\n", await _berth.OkAsync("plugin:trigger", "my-event", "x", "y"));
    }

    [Fact]
    public async Task succeeds_when_nobody_listens() => Assert.Equal("", await _berth.OkAsync("plugin:trigger", "nobody-listens"));

    [Fact]
    public async Task stops_at_the_first_failure_with_its_status()
    {
        await SmallPlugin.InstallAsync(_berth, "first", ("my-event", "echo one; exit 42"));
        await SmallPlugin.InstallAsync(_berth, "second", ("my-event", "echo two"));
        var result = await _berth.RunAsync("plugin:trigger", "my-event");
        Assert.Equal((42, "one\n"), (result.Status, result.Output));
        Assert.Equal(" !     The my-event handler of the plugin first ended with status 42\n", result.Error);
    }

    [Fact]
    public async Task passes_over_what_is_not_executable_or_disabled()
    {
        await SmallPlugin.InstallAsync(_berth, "plain", ("my-event", "echo plain"));
        File.SetUnixFileMode($"{_berth.Lib}/plugins/available/plain/my-event", UnixFileMode.UserRead);
        await SmallPlugin.InstallAsync(_berth, "off", ("my-event", "echo off"));
        await _berth.OkAsync("plugin:disable", "off");
        Assert.Equal("", await _berth.OkAsync("plugin:trigger", "my-event"));
    }

    [Fact]
    public async Task shares_one_standard_input_among_the_handlers()
    {
        await SmallPlugin.InstallAsync(_berth, "a", ("my-event", "echo a"));
        await SmallPlugin.InstallAsync(_berth, "b", ("my-event", "cat"));
        var result = await _berth.RunAsync(["plugin:trigger", "my-event"], "for whoever reads\n");
        Assert.Equal("a\nfor whoever reads\n", result.Output);
    }

    [Fact]
    public async Task lets_plugins_fire_triggers_and_be_answered_by_berth_itself()
    {
        await _berth.OkAsync("apps:create", "shop");
        await _berth.OkAsync("config:set", "--no-restart", "shop", "KEY=value");
        await SmallPlugin.InstallAsync(
            _berth,
            "caller",
            ("subcommands/default", "plugn trigger ping from-caller; plugn trigger config-get shop KEY; plugn trigger app-list; plugn trigger certs-exists shop; plugn list | grep -c core"),
            ("ping", "echo \"pong $1\""));
        Assert.Matches("^pong from-caller\nvalue\nshop\nfalse\n[0-9]+\n$", await _berth.OkAsync("caller"));
    }

    [Fact]
    public async Task lets_a_plugin_decide_who_may_call_what_but_not_on_its_own_calls()
    {
        await _berth.OkAsync("apps:create", "open");
        await SmallPlugin.InstallAsync(_berth, "guard", ("user-auth", "dokku apps:exists open; [[ \"$3\" != config:* ]]"));

        Assert.Equal("open\n", await _berth.OkAsync("--quiet", "apps:list"));
        var denied = await _berth.RunAsync("config:set", "--no-restart", "open", "A=b");
        Assert.Equal((1, " !     Access denied\n"), (denied.Status, denied.Error));

        await SmallPlugin.InstallAsync(_berth, "wall", ("user-auth", "exit 1"));
        Assert.Equal(" !     Access denied\n", (await _berth.RunAsync("plugin:disable", "wall")).Error);
        await _berth.OkAsync("plugn", "disable", "wall");
        Assert.Equal("open\n", await _berth.OkAsync("--quiet", "apps:list"));
    }

    [Fact]
    public async Task writes_down_what_happened_once_events_are_on()
    {
        Assert.Equal("", await _berth.OkAsync("events"));
        var off = await _berth.RunAsync("events:list");
        Assert.Equal((0, " !     Events logger disabled\n"), (off.Status, off.Error));

        Assert.Equal("Enabling dokku events logger\n", await _berth.OkAsync("events:on"));
        Assert.Equal("export DOKKU_EVENTS=1\n", await File.ReadAllTextAsync($"{_berth.Home}/.dokkurc/DOKKU_EVENTS"));
        await _berth.OkAsync("plugin:trigger", "my-event", "one", "two\nthree");
        Assert.Matches(@"^[A-Z][a-z]{2} [ 1-3][0-9] \d\d:\d\d:\d\d \S+ dokku\[\d+\]: INVOKED: my-event\( one two\?three \) NAME=default FINGERPRINT=\n$", await _berth.OkAsync("events"));
        var list = await _berth.OkAsync("events:list");
        Assert.StartsWith("=====> Events currently logged ", list, StringComparison.Ordinal);
        Assert.Matches("\npost-deploy {16,}\n", list);

        Assert.Equal("Disabling dokku events logger\n", await _berth.OkAsync("events:off"));
        await _berth.OkAsync("plugin:trigger", "another-event");
        Assert.DoesNotContain("another-event", await _berth.OkAsync("events"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task lets_scripts_be_traced_for_one_command_or_until_it_is_off()
    {
        await SmallPlugin.InstallAsync(_berth, "traced", ("subcommands/default", "echo \"trace: $DOKKU_TRACE\""));
        Assert.Equal("trace: \n", await _berth.OkAsync("traced"));
        Assert.Equal("trace: 1\n", await _berth.OkAsync("--trace", "traced"));
        Assert.Equal("-----> Enabling trace mode\n", await _berth.OkAsync("trace:on"));
        Assert.Equal("trace: 1\n", await _berth.OkAsync("traced"));
        Assert.Equal("-----> Disabling trace mode\n", await _berth.OkAsync("trace:off"));
        Assert.Equal("trace: \n", await _berth.OkAsync("traced"));
    }
}
