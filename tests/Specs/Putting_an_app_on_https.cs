using System.Text.Json;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Putting_an_app_on_https(SharedServer server)
{
    private BerthServer Berth => server.Berth;

    [Fact]
    public async Task takes_the_words_of_2016()
    {
        await HelloApp.DeployAsync(Berth, "le1");
        await Berth.OkAsync("config:set", "--no-restart", "le1", "DOKKU_LETSENCRYPT_EMAIL=you@example.com");

        var output = await Berth.OkAsync("letsencrypt", "le1");

        Assert.Equal(
            """
            =====> Let's Encrypt le1...
            -----> Getting letsencrypt certificate for le1 via HTTP-01
                    - Domain 'le1.localhost'
            -----> Certificate retrieved successfully.
            -----> Installing let's encrypt certificates

            """,
            output);
        Assert.Contains("Hello from Berth! You asked for le1.localhost", await HelloApp.FetchAsync(Berth, "le1"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^le1 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +89d, 23h, ", await Berth.OkAsync("letsencrypt:ls"));
        Assert.Equal("true\n", await Berth.OkAsync("letsencrypt:active", "le1"));
        Assert.Equal("le1.localhost\n", await Berth.OkAsync("certs:report", "le1", "--ssl-hostnames"));
    }

    [Fact]
    public async Task redirects_plain_http_from_then_on()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "le2");
        var head = await ExternalProgram.SucceedAsync(
            "curl", ["-sSI", "--connect-to", $"::127.0.0.1:{Berth.HttpPort}", $"http://le2.localhost:{Berth.HttpPort}/a?b=c"]);
        Assert.Contains("301 Moved Permanently", head, StringComparison.Ordinal);
        Assert.Contains($"Location: https://le2.localhost:{Berth.HttpsPort}/a?b=c", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task works_before_the_app_was_ever_deployed()
    {
        await Berth.OkAsync("apps:create", "le3");
        await Berth.OkAsync("letsencrypt:set", "le3", "email", "you@example.com");
        await Berth.OkAsync("letsencrypt:enable", "le3");
        Assert.Equal("true\n", await Berth.OkAsync("letsencrypt:active", "le3"));
    }

    [Fact]
    public async Task comes_by_itself_for_every_app_where_that_is_the_default()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("domains:set-global", "localhost");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await berth.OkAsync("letsencrypt:set", "--global", "by-default", "true");
        await berth.OkAsync("apps:create", "before");
        await NudgeAsync("before");
        Assert.StartsWith(
            "a certificate is wanted by default and cannot be ordered: Cannot request a certificate without an e-mail",
            await berth.OkAsync("letsencrypt:report", "before", "--letsencrypt-waiting-for"),
            StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");

        await HelloApp.DeployAsync(berth, "after");
        await NudgeAsync("before");
        await Eventually.TrueAsync(() => IsOnAsync("before"));
        await Eventually.TrueAsync(() => IsOnAsync("after"));
        await HelloApp.AnswersAsync(berth, "after", "Hello from Berth!");

        // None that was taken off, and none that has a certificate of its owner's.
        await berth.OkAsync("letsencrypt:disable", "before");
        await berth.OkAsync("letsencrypt:revoke", "after");
        await berth.OkAsync("letsencrypt:set", "--global", "by-default", "false");
        await berth.OkAsync("apps:create", "own");
        await berth.RunAsync(["certs:generate", "own", "own.localhost"], "\n\n\n\n\n\n\n\n\n");
        await berth.OkAsync("letsencrypt:set", "--global", "by-default", "true");
        foreach (var app in (string[])["before", "after", "own"])
        {
            await NudgeAsync(app);
            Assert.Matches(
                app == "own" ? "^a certificate that was installed by hand is in service until 20.* UTC, and is renewed by hand\n$" : $"^no certificate is asked for; `berth letsencrypt:enable {app}` asks for one\n$",
                await berth.OkAsync("letsencrypt:report", app, "--letsencrypt-waiting-for"));
            Assert.False(await IsOnAsync(app));
        }

        async Task<bool> IsOnAsync(string app) => await berth.OkAsync("letsencrypt:active", app) == "true\n";

        Task<string> NudgeAsync(string app) => berth.OkAsync("domains:remove", app, "nothing.example.com");
    }

    [Fact]
    public async Task does_not_ask_again_while_the_certificate_is_good()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "le4");
        Assert.Contains(
            "-----> Certificate is still valid for le4, skipping certificate request", await Berth.OkAsync("letsencrypt", "le4"), StringComparison.Ordinal);
        Assert.Contains("Certificate retrieved successfully.", await Berth.OkAsync("letsencrypt:enable", "le4", "--force"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task puts_a_new_domain_on_the_certificate_without_a_second_command()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "le5");
        await Berth.OkAsync("domains:add", "le5", "also-le5.localhost");

        await HelloApp.AnswersAsync(Berth, "also-le5", "Hello from Berth!");
    }

    /// <summary>Whoever asks by hand may know what the daemon hears within hours.</summary>
    [Fact]
    public async Task gets_another_for_one_that_its_authority_has_revoked()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "lerevoked");
        var file = $"{Berth.Home}/lerevoked/tls/server.crt";
        var before = await File.ReadAllTextAsync(file);
        await Berth.OkAsync("ca", "revoke", file);

        Assert.Contains("Certificate retrieved successfully.", await Berth.OkAsync("letsencrypt:enable", "lerevoked"), StringComparison.Ordinal);

        Assert.NotEqual(before, await File.ReadAllTextAsync(file));
        Assert.Contains("Certificate is still valid for lerevoked", await Berth.OkAsync("letsencrypt:enable", "lerevoked"), StringComparison.Ordinal);
    }

    /// <summary>Nobody waits hours for it who names the app.</summary>
    [Fact]
    public async Task is_told_by_a_check_and_renewed_by_hand_where_its_authority_has_revoked_it()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "lechecked");
        Assert.Contains("left before renewal", await Berth.OkAsync("letsencrypt:auto-renew", "lechecked"), StringComparison.Ordinal);
        await Berth.OkAsync("ca", "revoke", $"{Berth.Home}/lechecked/tls/server.crt");

        Assert.Contains("the certificate in service is one that its server wants replaced at once", (await Berth.RunAsync("letsencrypt:check", "lechecked")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("left before renewal", await Berth.OkAsync("letsencrypt:auto-renew", "lechecked"), StringComparison.Ordinal);
        Assert.Contains("lechecked has a new certificate for lechecked.localhost, in place of one that its server wants replaced at once", await Berth.OkAsync("letsencrypt:events", "lechecked"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task revokes_the_certificate_in_service_and_takes_it_off()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "le6");

        var output = await Berth.OkAsync("letsencrypt:revoke", "le6");

        Assert.Contains("-----> Certificate revoked successfully.", output, StringComparison.Ordinal);
        Assert.Equal("false\n", await Berth.OkAsync("letsencrypt:active", "le6"));
        Assert.False(Directory.Exists($"{Berth.Home}/le6/tls"));
    }

    [Fact]
    public async Task keeps_keys_to_itself()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("domains:set-global", "localhost");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await HelloApp.DeployWithCertificateAsync(berth, "le7");
        var key = await File.ReadAllTextAsync($"{berth.Home}/le7/tls/server.key");
        Assert.DoesNotContain("PRIVATE KEY", await berth.OkAsync("letsencrypt:report", "le7"), StringComparison.Ordinal);

        // Once it has ended no file comes or goes that is looked at.
        await berth.StopAsync();
        foreach (var file in Directory.EnumerateFiles(berth.Home, "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(berth.Lib, "*", SearchOption.AllDirectories))
            .Where(file => !file.EndsWith("lock", StringComparison.Ordinal) && !file.EndsWith(".sock", StringComparison.Ordinal)))
        {
            var text = await File.ReadAllTextAsync(file);
            if (text.Contains("PRIVATE KEY", StringComparison.Ordinal))
            {
                Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(file) & (UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
            }
        }

        Assert.DoesNotContain(key.Split('\n')[1], berth.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task reports_as_json_what_a_program_reads()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "le8");
        using var report = JsonDocument.Parse(await Berth.OkAsync("letsencrypt:report", "le8", "--format", "json"));
        Assert.Equal("true", report.RootElement.GetProperty("active").GetString());
        Assert.Equal("you@example.com", report.RootElement.GetProperty("computed-email").GetString());
        Assert.True(long.Parse(report.RootElement.GetProperty("expiration").GetString()!, null) > 1_795_000_000);
    }

    [Fact]
    public async Task shows_a_stranger_no_other_apps_certificate()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "le9");
        var shown = await ExternalProgram.RunAsync(
            "openssl", ["s_client", "-connect", $"127.0.0.1:{Berth.HttpsPort}", "-servername", "stranger.localhost"], input: "");
        Assert.DoesNotContain("le9.localhost", shown.Output, StringComparison.Ordinal);
        var status = await ExternalProgram.SucceedAsync(
            "curl", ["-sko", "/dev/null", "-w", "%{http_code}", "--connect-to", $"::127.0.0.1:{Berth.HttpsPort}", $"https://stranger.localhost:{Berth.HttpsPort}/"]);
        Assert.Equal("404", status);
    }

    [Fact]
    public async Task auto_renew_leaves_alone_what_is_not_due_and_says_until_when()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "le10");
        var output = await Berth.OkAsync("letsencrypt:auto-renew", "le10");
        Assert.Matches(@"^       le10 still has \d+d, .* left before renewal\n$", output);
    }

    [Fact]
    public async Task renews_by_command_and_by_itself_when_the_time_has_come()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "le11");
        var before = await Berth.OkAsync("certs:show", "le11", "crt");

        // A grace period longer than the certificate's life makes it due at once.
        await Berth.OkAsync("letsencrypt:set", "le11", "graceperiod", "31536000");
        var output = await Berth.OkAsync("letsencrypt:auto-renew", "le11");
        await Berth.OkAsync("letsencrypt:set", "le11", "graceperiod");

        Assert.Contains("Certificate retrieved successfully.", output, StringComparison.Ordinal);
        Assert.NotEqual(before, await Berth.OkAsync("certs:show", "le11", "crt"));
    }

    [Fact]
    public async Task doctor_visits_the_app_as_a_browser_would()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "le12");
        var output = await Berth.OkAsync("doctor", "le12");
        Assert.Contains("answered 200", output, StringComparison.Ordinal);
        Assert.Contains("chain verified up to", output, StringComparison.Ordinal);
        Assert.Contains("next renewal", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task honours_a_name_written_into_VHOST_by_hand_at_the_next_command()
    {
        await HelloApp.DeployAsync(Berth, "le13");
        await File.AppendAllTextAsync($"{Berth.Home}/le13/VHOST", "by-hand.localhost\n");

        await Berth.OkAsync("domains:report", "le13");

        var answer = await ExternalProgram.SucceedAsync(
            "curl", ["-sS", "--connect-to", $"::127.0.0.1:{Berth.HttpPort}", $"http://by-hand.localhost:{Berth.HttpPort}/"]);
        Assert.Contains("Hello from Berth! You asked for by-hand.localhost", answer, StringComparison.Ordinal);
    }
}
