using System.Security.Cryptography.X509Certificates;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Living_with_a_wrong_clock
{
    [Fact]
    public async Task renews_by_itself_what_has_expired_meanwhile_and_what_is_not_valid_yet()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("domains:set-global", "localhost");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("apps:create", "app");
        await berth.OkAsync("letsencrypt", "app");

        // Years ahead: it has expired. Set right again: the one had meanwhile is not valid for years, nor is the intermediate that signed it.
        await berth.StopAsync();
        await berth.RestartAsync(WrongClock.Ahead("+3000d"));
        await Eventually.TrueAsync(() => Task.FromResult(BeginningOf(berth) > TimeProvider.System.GetLocalNow().DateTime.AddYears(5)));
        await berth.StopAsync();
        await berth.RestartAsync();

        await Eventually.TrueAsync(() => Task.FromResult(BeginningOf(berth) < TimeProvider.System.GetLocalNow().DateTime));
    }

    [Fact]
    public async Task tells_of_a_clock_before_the_authoritys_birth_in_words_and_serves_apps_meanwhile()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "app");
        await berth.StopAsync();
        await berth.RestartAsync(WrongClock.Ahead("-3000d"));

        Assert.Null(berth.Authority);
        Assert.Contains("The authority does not run: authority-clock-behind: This machine's clock says ", berth.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", berth.Log, StringComparison.Ordinal);
        Assert.Equal("app\n", await berth.OkAsync("--quiet", "apps:list"));
    }

    [Fact]
    public async Task names_a_clock_that_is_hours_ahead_in_the_status_and_in_failures()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, port);
        await berth.StopAsync();
        await berth.RestartAsync(WrongClock.Ahead("+2h"));
        await berth.OkAsync("apps:create", "app");
        await berth.OkAsync("domains:set", "app", "app.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());

        await berth.OkAsync("letsencrypt:enable", "app");

        Assert.StartsWith("this machine's clock is 2h", await berth.OkAsync("letsencrypt:status", "app", "--letsencrypt-clock"), StringComparison.Ordinal);
        await berth.OkAsync("domains:set", "app", "app.example.com", "other.example.com");
        await pebble.SetServerFailureAsync("other.example.com");
        Assert.Matches("this machine's clock is 2h.* ahead of the server's", (await berth.RunAsync("letsencrypt:enable", "app", "--force")).Error);
    }

    private static DateTime BeginningOf(BerthServer berth)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile($"{berth.Home}/app/tls/server.crt");
        return certificate.NotBefore;
    }
}
