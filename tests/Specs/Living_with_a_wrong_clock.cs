using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
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
        await berth.LogsAsync("The authority does not run: authority-clock-behind: This machine's clock says ");
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

        var enable = await berth.RunAsync("letsencrypt:enable", "app");

        Assert.Equal(0, enable.Status);
        Assert.Single(Regex.Matches(enable.Output + enable.Error, "this machine's clock is 2h.* ahead of the server's"));
        Assert.StartsWith("this machine's clock is 2h", await berth.OkAsync("letsencrypt:status", "app", "--letsencrypt-clock"), StringComparison.Ordinal);
        Assert.Matches("this machine's clock is 2h.* ahead of the server's, as it was at .*\n.*timedatectl", (await berth.RunAsync("doctor", "app")).Output);
        await berth.OkAsync("domains:set", "app", "app.example.com", "other.example.com");
        await pebble.SetServerFailureAsync("other.example.com");
        Assert.Matches("this machine's clock is 2h.* ahead of the server's", (await berth.RunAsync("letsencrypt:enable", "app", "--force")).Error);
    }

    /// <summary>So far off that the authority's own TLS certificate is not valid by it.</summary>
    [Theory]
    [InlineData("+3000d", "This machine's clock seems to be wrong")]
    [InlineData("-3000d", "This machine's clock is wrong")]
    public async Task says_that_the_clock_keeps_it_from_the_authority_and_goes_on_by_itself_once_that_is_set(string wrong, string doubt)
    {
        using var scratch = new ScratchFolder();
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var mail = await MailServer.StartAsync();
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, port);
        await berth.OkAsync("apps:create", "app");
        await berth.OkAsync("domains:set", "app", "app.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
        await berth.OkAsync("letsencrypt:enable", "app");
        var first = await berth.OkAsync("certs:show", "app", "crt");
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-host", $"localhost:{mail.Port}");
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-to", "ops@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-from", "berth@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "notify-smtp-trust", mail.CertificateFile);
        await berth.OkAsync("letsencrypt:set", "app", "graceperiod", "31536000");
        await berth.StopAsync();
        await SetClockAsync(wrong);
        await berth.RestartAsync(WrongClock.By(scratch["clock"]));

        await Eventually.TrueAsync(async () => (await StatusAsync("last-error")).Contains(" wrong: it says ", StringComparison.Ordinal));
        Assert.Contains("timedatectl set-ntp true", await StatusAsync("last-error"), StringComparison.Ordinal);
        Assert.Matches("^this machine's clock is (2999|3000)d(, .*)? (behind|ahead of) the server's", await StatusAsync("clock"));
        Assert.Contains(doubt, await berth.OkAsync("letsencrypt:report", "app", "--letsencrypt-last-error"), StringComparison.Ordinal);
        var check = await berth.RunAsync("letsencrypt:check", "app");
        Assert.Equal(1, check.Status);
        Assert.Contains(doubt, check.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("LEGO_CA_CERTIFICATES", check.Output, StringComparison.Ordinal);
        Assert.Equal(first, await berth.OkAsync("certs:show", "app", "crt"));

        // A first order begins with a look at DNS, and tells it once all the same.
        await berth.OkAsync("apps:create", "other");
        await berth.OkAsync("domains:set", "other", "localhost");
        await berth.OkAsync("letsencrypt:set", "other", "dns-resolvers", "127.0.0.1:1");
        var enable = await berth.RunAsync("letsencrypt:enable", "other");
        Assert.Single(Regex.Matches(enable.Output + enable.Error, doubt));

        await SetClockAsync("+0d");
        await Eventually.TrueAsync(async () =>
        {
            await berth.OkAsync("domains:remove", "app", "nothing.example.com");
            return await berth.OkAsync("certs:show", "app", "crt") != first;
        });
        Assert.Equal("\n", await StatusAsync("last-error"));
        Assert.Equal("this machine's clock agrees with the server's\n", await StatusAsync("clock"));

        Task SetClockAsync(string by) => File.WriteAllTextAsync(scratch["clock"], by + "\n");

        Task<string> StatusAsync(string key) => berth.OkAsync("letsencrypt:status", "app", $"--letsencrypt-{key}");
    }

    private static DateTime BeginningOf(BerthServer berth)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile($"{berth.Home}/app/tls/server.crt");
        return certificate.NotBefore;
    }
}
