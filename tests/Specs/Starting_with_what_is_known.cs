using Berth.TestKit;

namespace Berth.Specs;

/// <summary>A daemon keeps what it knows of its apps over restarts; the files are the truth all the same.</summary>
public sealed class Starting_with_what_is_known : IAsyncLifetime
{
    private const string Nobodys = "CN=berth.invalid";

    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    private string Known => $"{_berth.Lib}/run/known-apps";

    public async ValueTask InitializeAsync()
    {
        foreach (var app in (string[])["shop", "blog", "wiki"])
        {
            Directory.CreateDirectory($"{_berth.Home}/{app}/tls");
            await File.WriteAllTextAsync($"{_berth.Home}/{app}/VHOST", $"{app}.localhost\n");
            await InstallAsync(app, $"{app}.localhost", $"{app}, first");
        }

        await _berth.RestartAsync();
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(Known)));
    }

    public ValueTask DisposeAsync() => _berth.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task honours_what_a_hand_wrote_while_no_daemon_ran(bool killed)
    {
        await EndAsync(killed);
        await InstallAsync("shop", "shop.localhost", "shop, second");
        Directory.Delete($"{_berth.Home}/blog", recursive: true);
        await File.WriteAllTextAsync($"{_berth.Home}/wiki/VHOST", "blog.localhost\n");
        Directory.CreateDirectory($"{_berth.Home}/new/tls");
        await File.WriteAllTextAsync($"{_berth.Home}/new/VHOST", "new.localhost\nwiki.localhost\n");
        await InstallAsync("new", "new.localhost", "new, first");

        await _berth.RestartAsync();

        Assert.Equal("CN=\"shop, second\"", await ShownAsync("shop.localhost"));
        Assert.Equal("CN=\"wiki, first\"", await ShownAsync("blog.localhost"));
        Assert.Equal("CN=\"new, first\"", await ShownAsync("new.localhost"));
        Assert.Equal("CN=\"new, first\"", await ShownAsync("wiki.localhost"));
    }

    [Fact]
    public async Task shows_no_certificate_for_a_name_that_went_to_nobody()
    {
        await _berth.StopAsync();
        await File.WriteAllTextAsync($"{_berth.Home}/shop/VHOST", "");
        File.Delete($"{_berth.Home}/blog/tls/server.key");

        await _berth.RestartAsync();

        Assert.Equal(Nobodys, await ShownAsync("shop.localhost"));
        Assert.Equal(Nobodys, await ShownAsync("blog.localhost"));
        Assert.Equal("CN=\"wiki, first\"", await ShownAsync("wiki.localhost"));
    }

    [Fact]
    public async Task honours_settings_that_were_changed_while_no_daemon_ran()
    {
        await _berth.StopAsync();
        Directory.CreateDirectory($"{_berth.Lib}/config/proxy/shop");
        await File.WriteAllTextAsync($"{_berth.Lib}/config/proxy/shop/disabled", "true");
        Directory.CreateDirectory($"{_berth.Lib}/config/blog");
        await File.WriteAllTextAsync($"{_berth.Lib}/config/blog/ENV", "NO_VHOST=\"1\"\n");

        await _berth.RestartAsync();

        Assert.Equal(Nobodys, await ShownAsync("shop.localhost"));
        Assert.Equal(Nobodys, await ShownAsync("blog.localhost"));
        Assert.Equal("CN=\"wiki, first\"", await ShownAsync("wiki.localhost"));
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("empty")]
    [InlineData("cut off")]
    [InlineData("of another day")]
    [InlineData("no file")]
    public async Task serves_everything_whatever_became_of_it(string what)
    {
        var before = await File.ReadAllBytesAsync(Known);
        await _berth.KillAsync();
        await InstallAsync("shop", "shop.localhost", "shop, second");
        File.Delete(Known);
        switch (what)
        {
            case "empty":
                await File.WriteAllTextAsync(Known, "");
                break;
            case "cut off":
                await File.WriteAllBytesAsync(Known, before[..(before.Length / 2)]);
                break;
            case "of another day":
                await File.WriteAllBytesAsync(Known, before);
                break;
            case "no file":
                Directory.CreateDirectory(Known);
                break;
        }

        await _berth.RestartAsync();

        Assert.Equal("CN=\"shop, second\"", await ShownAsync("shop.localhost"));
        Assert.Equal("CN=\"blog, first\"", await ShownAsync("blog.localhost"));
        Assert.Equal("CN=\"wiki, first\"", await ShownAsync("wiki.localhost"));
    }

    [Fact]
    public async Task serves_a_certificate_at_once_that_comes_after_the_start()
    {
        await _berth.StopAsync();
        await _berth.RestartAsync();
        var (certificate, key) = HandMadePair.Make("blog.localhost", "blog, by command");
        using var mine = new ScratchFolder();
        await File.WriteAllTextAsync(mine["crt"], certificate);
        await File.WriteAllTextAsync(mine["key"], key);

        await _berth.OkAsync("certs:add", "blog", mine["crt"], mine["key"]);
        Assert.Equal("CN=\"blog, by command\"", await ShownAsync("blog.localhost"));

        await EndAsync(killed: true);
        await _berth.RestartAsync();
        Assert.Equal("CN=\"blog, by command\"", await ShownAsync("blog.localhost"));
        Assert.Equal("CN=\"shop, first\"", await ShownAsync("shop.localhost"));
    }

    [Fact]
    public async Task mends_a_pair_that_was_cut_off_although_the_app_is_known()
    {
        var issued = HandMadePair.Make("shop.localhost", "shop, issued");
        var folder = $"{_berth.Home}/shop/letsencrypt/certs/0123/certificates";
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync($"{folder}/shop.localhost.crt", issued.Chain);
        await File.WriteAllTextAsync($"{folder}/shop.localhost.key", issued.Key);
        File.CreateSymbolicLink($"{_berth.Home}/shop/letsencrypt/certs/current", "0123");
        await _berth.KillAsync();
        // As if the daemon had died between the two files.
        await File.WriteAllTextAsync($"{_berth.Home}/shop/tls/server.key", issued.Key);

        await _berth.RestartAsync();

        Assert.Equal("CN=\"shop, issued\"", await ShownAsync("shop.localhost"));
        await _berth.LogsAsync("the last issued pair is back in service");
    }

    private Task EndAsync(bool killed) => killed ? _berth.KillAsync() : _berth.StopAsync();

    private async Task InstallAsync(string app, string name, string subject)
    {
        var (certificate, key) = HandMadePair.Make(name, subject);
        await File.WriteAllTextAsync($"{_berth.Home}/{app}/tls/server.crt", certificate);
        await File.WriteAllTextAsync($"{_berth.Home}/{app}/tls/server.key", key);
    }

    private async Task<string> ShownAsync(string name)
    {
        using var shown = await TlsVisitor.ShownAsync(_berth.HttpsPort, name);
        return shown.Subject;
    }
}
