using Berth.TestKit;

namespace Berth.Specs;

public sealed class Managing_domains : IAsyncLifetime
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    public async ValueTask InitializeAsync()
    {
        await _berth.OkAsync("domains:set-global", "dokku.me");
        await _berth.OkAsync("apps:create", "app");
    }

    public ValueTask DisposeAsync() => _berth.DisposeAsync();

    [Fact]
    public async Task says_the_contracts_lines()
    {
        await SaysAsync("-----> Added a.org to app\n-----> Added *.b.org to app\n", "domains:add", "app", "A.org", "*.b.org");
        await SaysAsync("-----> Skipping: a.org already added to app\n", "domains:add", "app", "a.org");
        await SaysAsync("-----> Removed a.org from app\n", "domains:remove", "app", "a.org");
        await SaysAsync("-----> Set c.org d.org for app\n", "domains:set", "app", "c.org", "d.org");
        await SaysAsync("c.org d.org\n", "domains:report", "app", "--domains-app-vhosts");
        await SaysAsync("-----> Cleared domains in app\n", "domains:clear", "app");
        await SaysAsync("\n", "domains:report", "app", "--domains-app-vhosts");
        await SaysAsync("-----> Creating new app virtual host file...\n-----> Reset domains for app\n", "domains:reset", "app");
        await SaysAsync("app.dokku.me\n", "domains:report", "app", "--domains-app-vhosts");
    }

    [Fact]
    public async Task switches_domains_off_and_on()
    {
        await SaysAsync("-----> Domains (VHOST) support is already enabled for app (app)\n", "domains:enable", "app");
        await SaysAsync("-----> App virtual host support disabled\n", "domains:disable", "app");
        await SaysAsync("-----> Domains (VHOST) support is already disabled for app (app)\n", "domains:disable", "app");
        await SaysAsync("1\n", "config:get", "app", "NO_VHOST");
        await SaysAsync("false\n", "domains:report", "app", "--domains-app-enabled");
        await SaysAsync("\n", "domains:report", "app", "--domains-app-vhosts");
        await _berth.OkAsync("domains:enable", "app");
        await SaysAsync("app.dokku.me\n", "domains:report", "app", "--domains-app-vhosts");

        await _berth.OkAsync("domains:disable", "app");
        await _berth.OkAsync("domains:add", "app", "own.org");
        await SaysAsync("true\n", "domains:report", "app", "--domains-app-enabled");
        await SaysAsync("own.org\n", "domains:report", "app", "--domains-app-vhosts");
    }

    [Fact]
    public async Task manages_the_servers_own()
    {
        await SaysAsync("-----> Added two.me\n", "domains:add-global", "two.me");
        await SaysAsync("-----> Skipping two.me: already added\n", "domains:add-global", "two.me");
        await SaysAsync("dokku.me two.me\n", "domains:report", "--global", "--domains-global-vhosts");
        await _berth.OkAsync("apps:create", "both");
        await SaysAsync("both.dokku.me both.two.me\n", "domains:report", "both", "--domains-app-vhosts");
        await _berth.OkAsync("apps:create", "fqdn.org");
        await SaysAsync("fqdn.org\n", "domains:report", "fqdn.org", "--domains-app-vhosts");
        await SaysAsync("-----> Removed dokku.me\n", "domains:remove-global", "dokku.me");
        await SaysAsync("-----> Clearing global domains\n", "domains:clear-global");
        await SaysAsync("{\"global-enabled\":\"false\",\"global-vhosts\":\"\"}\n", "domains:report", "--global", "--format", "json");
        Assert.Equal(
            "-----> Creating none...\n-----> Global server virtual host not set, disabling app vhost...\n", await _berth.OkAsync("apps:create", "none"));
        await SaysAsync("1\n", "config:get", "none", "NO_VHOST");
    }

    [Theory]
    [InlineData("Please specify an app to run the command on", "domains:add")]
    [InlineData("Please specify a domain name. Usage: berth domains:add app <domain> [<domain> ...]", "domains:add", "app")]
    [InlineData("Please specify a domain name. Usage: berth domains:set-global <domain> [<domain> ...]", "domains:set-global")]
    [InlineData("a/b is invalid. exiting...", "domains:add", "app", "fine.org", "a/b")]
    [InlineData("- is invalid. exiting...", "domains:add", "app", "-")]
    [InlineData("* is invalid. exiting...", "domains:add", "app", "*")]
    [InlineData("99999999999999999999 is invalid. exiting...", "domains:add", "app", "99999999999999999999")]
    [InlineData("a.org:80 is invalid. exiting...", "domains:set", "app", "a.org:80")]
    [InlineData("$(id) is invalid. exiting...", "domains:add-global", "$(id)")]
    public async Task changes_nothing_when_a_word_is_wrong(string expected, params string[] words)
    {
        var result = await _berth.RunAsync(words);
        Assert.Equal((1, "", $" !     {expected}\n"), (result.Status, result.Output, result.Error));
        await SaysAsync("app.dokku.me\n", "domains:report", "app", "--domains-app-vhosts");
    }

    [Fact]
    public async Task takes_what_the_contract_takes_and_says_what_cannot_be_routed()
    {
        var result = await _berth.RunAsync("domains:add", "app", "a..b", "_");
        Assert.Equal((0, "-----> Added a..b to app\n-----> Added _ to app\n"), (result.Status, result.Output));
        Assert.Contains($"{_berth.Home}/app/VHOST line 2: 'a..b' is not a domain name", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("line 3", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task honours_a_file_edited_by_hand()
    {
        await File.WriteAllTextAsync($"{_berth.Home}/app/VHOST", "\ufeffedited.org\r\nbad/line\r\n");
        await SaysAsync("edited.org bad/line\n", "domains:report", "app", "--domains-app-vhosts");
        var result = await _berth.RunAsync("domains:add", "app", "more.org");
        Assert.Equal(0, result.Status);
        Assert.Contains("VHOST line 2: 'bad/line' is not a domain name: it contains a '/'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task leaves_what_somebody_wrote_around_the_lines_where_it_is()
    {
        await File.WriteAllTextAsync($"{_berth.Home}/app/VHOST", "# the shop\nshop.org\n\nold.org\n# end");
        await _berth.OkAsync("domains:add", "app", "new.org", "shop.org");
        await _berth.OkAsync("domains:remove", "app", "OLD.org");
        Assert.Equal("# the shop\nshop.org\n\n# end\nnew.org\n", await File.ReadAllTextAsync($"{_berth.Home}/app/VHOST"));
        await _berth.OkAsync("domains:set", "app", "only.org");
        Assert.Equal("only.org\n", await File.ReadAllTextAsync($"{_berth.Home}/app/VHOST"));
    }

    [Fact]
    public async Task goes_on_where_another_apps_names_cannot_be_read()
    {
        await _berth.OkAsync("apps:create", "broken");
        await _berth.OkAsync("apps:create", "third");
        await _berth.OkAsync("domains:set", "third", "third.org");
        File.Delete($"{_berth.Home}/broken/VHOST");
        Directory.CreateDirectory($"{_berth.Home}/broken/VHOST/inside");

        var added = await _berth.RunAsync("domains:add", "app", "a.org");
        var taken = await _berth.RunAsync("domains:add", "app", "third.org");

        Assert.Equal((0, "-----> Added a.org to app\n"), (added.Status, added.Output));
        Assert.Contains("broken: ", added.Error, StringComparison.Ordinal);
        Assert.Contains("Whether it has one of these domains is not known.", added.Error, StringComparison.Ordinal);
        Assert.Equal(1, taken.Status);
        Assert.Equal("app.dokku.me a.org\n", await _berth.OkAsync("domains:report", "app", "--domains-app-vhosts"));
    }

    private async Task SaysAsync(string expected, params string[] words) => Assert.Equal(expected, await _berth.OkAsync(words));
}
