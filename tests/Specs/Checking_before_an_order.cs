using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Checking_before_an_order
{
    [Fact]
    public async Task tells_each_name_what_a_server_would_find()
    {
        await using var dns = await NameServer.StartBindAsync("app IN A 127.0.0.1\nempty IN TXT \"x\"\nsix IN AAAA 2001:db8::7");
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "app.example.test", "gone.example.test", "empty.example.test");
        await berth.OkAsync("letsencrypt:set", "hello", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await berth.OkAsync("letsencrypt:set", "--global", "dns-resolvers", dns.Address.ToString());
        await berth.OkAsync("letsencrypt:set", "--global", "dns-authority-port", dns.Address.Port.ToString(CultureInfo.InvariantCulture));

        var text = await berth.RunAsync("letsencrypt:check", "hello");
        using var json = JsonDocument.Parse((await berth.RunAsync("letsencrypt:check", "hello", "--format", "json")).Output);

        Assert.NotEqual(0, text.Status);
        Assert.Contains("-----> app.example.test\n", text.Output, StringComparison.Ordinal);
        Assert.Contains("app.example.test leads to 127.0.0.1", text.Output, StringComparison.Ordinal);
        Assert.Contains($"port {berth.HttpPort} of 127.0.0.1 is this server", text.Output, StringComparison.Ordinal);
        Assert.Contains("the name server of example.test answers", text.Output, StringComparison.Ordinal);
        Assert.Contains("gone.example.test does not exist in DNS (NXDOMAIN)", text.Output, StringComparison.Ordinal);
        Assert.Contains("empty.example.test has no address in DNS", text.Output, StringComparison.Ordinal);
        Assert.False(json.RootElement.GetProperty("ready").GetBoolean());
        Assert.Equal(
            [("gone.example.test", "dns"), ("empty.example.test", "dns")],
            json.RootElement.GetProperty("findings").EnumerateArray().Where(finding => finding.GetProperty("stops").GetBoolean())
                .Select(finding => (finding.GetProperty("subject").GetString(), finding.GetProperty("check").GetString())));
        Assert.Equal("false\n", await berth.OkAsync("letsencrypt:active", "hello"));
    }

    [Fact]
    public async Task is_content_with_an_app_that_is_ready()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.localhost");
        await berth.OkAsync("letsencrypt:set", "hello", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");

        var output = await berth.OkAsync("letsencrypt:check", "hello");

        Assert.Contains("clock agrees with the server's", output, StringComparison.Ordinal);
        Assert.DoesNotContain("problem", output, StringComparison.Ordinal);
    }

    /// <summary>A provider that is told its zone can do nothing without it; a program finds it itself.</summary>
    [Theory]
    [InlineData("desec", "DESEC_TOKEN", 1)]
    [InlineData("exec", "EXEC_PATH", 0)]
    public async Task finds_that_a_provider_is_asked_about_no_zone_at_all(string provider, string setting, int status)
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "*.nowhere.invalid");
        await berth.OkAsync("letsencrypt:set", "hello", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-resolvers", $"127.0.0.1:{FreePort.Next()}");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider", provider);
        await berth.OkAsync("letsencrypt:set", "hello", $"dns-provider-{setting}", "/bin/true");

        var check = await berth.RunAsync("letsencrypt:check", "hello");

        Assert.Equal(status, check.Status);
        Assert.Contains("the zone of *.nowhere.invalid could not be found out", check.Output, StringComparison.Ordinal);
    }

    /// <summary>It is one of the things to mend, and no reason to look at no other.</summary>
    [Fact]
    public async Task counts_a_missing_e_mail_among_what_it_finds()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.localhost");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");

        var looked = await berth.RunAsync("letsencrypt:check", "hello");

        Assert.Equal(1, looked.Status);
        Assert.Contains("Cannot request a certificate without an e-mail address!", looked.Output, StringComparison.Ordinal);
        Assert.Contains("hello.localhost", looked.Output, StringComparison.Ordinal);
        Assert.Contains("One thing stands between hello and its certificate.", looked.Error, StringComparison.Ordinal);
        Assert.Contains("=====> Limits at ", await berth.OkAsync("letsencrypt:limits", "hello"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task asks_the_server_anew_although_it_answered_a_moment_ago()
    {
        using var scratch = new ScratchFolder();
        var port = FreePort.Next();
        BerthServer berth;
        string authority;
        await using (var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port }))
        {
            File.Copy(pebble.CertificateFile, scratch["trust.pem"]);
            authority = pebble.DirectoryUrl.Authority;
            berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = scratch["trust.pem"] }, port);
            await AddAsync(berth, "hello", "hello.localhost");
            await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
            await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
            await berth.OkAsync("letsencrypt:set", "--global", "http-port", port.ToString(CultureInfo.InvariantCulture));
            Assert.Contains($"{authority} answers", await berth.OkAsync("letsencrypt:check", "hello"), StringComparison.Ordinal);
        }

        await using (berth)
        {
            var check = await berth.RunAsync("letsencrypt:check", "hello");

            Assert.Equal(1, check.Status);
            Assert.DoesNotContain($"{authority} answers", check.Output, StringComparison.Ordinal);
            Assert.Contains(authority, check.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task judges_CAA_records_as_the_server_will_and_leaves_out_what_they_forbid()
    {
        var http = FreePort.Next();

        // The record at the top ends the climb, so that no server outside is asked about names above it.
        await using var dns = await NameServer.StartBindAsync("""
            @ IN CAA 0 issue "ca.example.test"
            one IN A 127.0.0.1
            two IN A 127.0.0.1
            two IN CAA 0 issue "ca.example.test"
            others IN A 127.0.0.1
            others IN CAA 0 issue "letsencrypt.org"
            strange IN A 127.0.0.1
            strange IN CAA 0 issue "ca.example.test; accounturi=https://ca.example.test/acct/7"
            records IN A 127.0.0.1
            records IN CAA 0 issue "ca.example.test; validationmethods=dns-01"
            """);
        await using var authority = await AuthorityInScratch.StartAsync(
            options => options with { CaaIdentities = ["ca.example.test"], Resolvers = [dns.Address], HttpPort = http });
        await using var berth = await StartAsync(authority["authority/keys/root.pem"], authority.Server.Directory, dns, http);
        await AddAsync(berth, "first", "one.example.test");
        await berth.OkAsync("letsencrypt:enable", "first");
        await AddAsync(berth, "hello", "two.example.test", "others.example.test", "strange.example.test", "records.example.test");

        var check = await berth.RunAsync("letsencrypt:check", "hello");
        var enable = await berth.RunAsync("letsencrypt:enable", "hello");

        Assert.Contains("the CAA records at two.example.test permit ca.example.test", check.Output, StringComparison.Ordinal);
        foreach (var (said, words) in new[] { (check.Output, "Output"), (enable.Error, "Error") })
        {
            Assert.True(said.Contains("the CAA records at others.example.test permit letsencrypt.org, not ca.example.test", StringComparison.Ordinal), words);
            Assert.True(said.Contains("permit ca.example.test for the account https://ca.example.test/acct/7 only, not https://", StringComparison.Ordinal), words);
            Assert.True(said.Contains("permit ca.example.test by dns-01 only, not by http-01", StringComparison.Ordinal), words);
        }

        Assert.Equal((1, 1), (check.Status, enable.Status));
        Assert.Equal("two.example.test\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));
    }

    [Fact]
    public async Task is_a_part_of_a_rehearsal_too()
    {
        var http = FreePort.Next();
        await using var dns = await NameServer.StartBindAsync("app IN A 127.0.0.1");
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = http, DnsServer = dns.Address.ToString() });
        await using var berth = await StartAsync(pebble.CertificateFile, pebble.DirectoryUrl, dns, http);
        await AddAsync(berth, "hello", "app.example.test", "gone.example.test");

        var part = await berth.RunAsync("letsencrypt:enable", "hello", "--dry-run");
        await berth.OkAsync("domains:remove", "hello", "app.example.test");
        var none = await berth.RunAsync("letsencrypt:enable", "hello", "--dry-run");

        Assert.Contains("thrown away: nothing was changed", part.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Domain 'gone.example.test'", part.Output, StringComparison.Ordinal);
        Assert.Contains("gone.example.test does not exist in DNS (NXDOMAIN)", part.Error, StringComparison.Ordinal);
        Assert.Contains("It would be left out.", part.Error, StringComparison.Ordinal);
        Assert.Contains("gone.example.test does not exist in DNS (NXDOMAIN)", none.Error, StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), (part.Status, none.Status, pebble.Orders));
    }

    [Fact]
    public async Task names_a_name_server_that_does_not_answer()
    {
        await using var dns = await NameServer.StartBindAsync("@ IN NS ns9\nns9 IN A 127.0.0.9\napp IN A 127.0.0.1");
        await using var berth = await StartAsync(null, null, dns, 0);
        await AddAsync(berth, "hello", "app.example.test");

        var check = await berth.RunAsync("letsencrypt:check", "hello");

        Assert.Equal(1, check.Status);
        Assert.Contains("name servers of example.test do not answer: ns9.example.test", check.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ns1.example.test", check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task tells_another_server_a_network_in_front_and_nobody_apart()
    {
        var port = FreePort.Next();
        await using var dns = await NameServer.StartBindAsync("app IN A 127.0.0.1\ncdn IN A 127.0.0.1");
        await using var berth = await StartAsync(null, null, dns, 0);
        await AddAsync(berth, "hello", "app.example.test", "cdn.example.test");
        await berth.OkAsync("letsencrypt:set", "--global", "http-port", port.ToString(CultureInfo.InvariantCulture));
        await berth.OkAsync("letsencrypt:set", "--global", "tls-port", "1");

        var nobody = await berth.RunAsync("letsencrypt:check", "hello");
        using var other = new HttpListener();
        other.Prefixes.Add($"http://*:{port}/");
        other.Start();
        var serving = RefuseAsync(other);
        var others = await berth.RunAsync("letsencrypt:check", "hello");
        other.Stop();
        await serving;

        Assert.Equal((1, 1), (nobody.Status, others.Status));
        Assert.Contains($"nobody answers at port {port} of 127.0.0.1, which is this machine", nobody.Output, StringComparison.Ordinal);
        Assert.Contains($"another server answers at 127.0.0.1, port {port} (403", others.Output, StringComparison.Ordinal);
        Assert.Contains("Cloudflare stands in front of cdn.example.test and does not pass the server's question on", others.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Cloudflare stands in front of app.example.test", others.Output, StringComparison.Ordinal);
    }

    /// <summary>An order would go on over TLS-ALPN-01, and so does the next, which begins with it.</summary>
    [Fact]
    public async Task notes_a_closed_port_80_where_the_name_is_proved_over_TLS_instead()
    {
        var https = FreePort.Next();
        await using var dns = await NameServer.StartBindAsync("app IN A 127.0.0.1");
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = 1, TlsPort = https, DnsServer = dns.Address.ToString() });
        await using var berth = await StartAsync(pebble.CertificateFile, pebble.DirectoryUrl, dns, 0, https);
        await AddAsync(berth, "hello", "app.example.test");
        await berth.OkAsync("letsencrypt:set", "--global", "http-port", "1");

        Assert.Contains("problem  nobody answers at port 1 of 127.0.0.1", (await berth.RunAsync("letsencrypt:check", "hello")).Output, StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:set", "--global", "tls-port", $"{https}");
        var first = await berth.OkAsync("letsencrypt:check", "hello");
        var enable = await berth.RunAsync("letsencrypt:enable", "hello");
        var later = await berth.OkAsync("letsencrypt:check", "hello");
        await berth.OkAsync("letsencrypt:set", "--global", "tls-port", "1");
        await berth.OkAsync("letsencrypt:set", "--global", "http-port", $"{berth.HttpPort}");
        var other = await berth.OkAsync("letsencrypt:check", "hello");
        await berth.OkAsync("letsencrypt:set", "--global", "http-port", "1");
        var neither = await berth.RunAsync("letsencrypt:check", "hello");

        Assert.All([first, later], said =>
        {
            Assert.Contains($"ok       port {https} of 127.0.0.1 is this server, for TLS-ALPN-01\n", said, StringComparison.Ordinal);
            Assert.Matches(@"note     nobody answers at port 1 of 127\.0\.0\.1, which is this machine \(.*\); TLS-ALPN-01 proves app\.example\.test instead\n", said);
        });
        Assert.Equal(0, enable.Status);
        Assert.Matches(@"note     nobody answers at port 1 of 127\.0\.0\.1 to TLS-ALPN-01 \(.*\); HTTP-01 proves app\.example\.test instead\n", other);
        Assert.Equal(1, neither.Status);
    }

    [Fact]
    public async Task is_told_of_while_DNS_does_not_answer()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var silent = new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await berth.OkAsync("letsencrypt:set", "--global", "dns-resolvers", silent.Client.LocalEndPoint!.ToString()!);
        await AddAsync(berth, "hello", "app.example.test");
        Assert.Contains("No app has a certificate from letsencrypt, or waits for one", await berth.OkAsync("letsencrypt:status"), StringComparison.Ordinal);

        var enable = berth.RunAsync("letsencrypt:enable", "hello");
        await silent.ReceiveAsync(patience.Token);

        const string Looked = "before an order, localhost:[0-9]+, DNS and the ports are being looked at since 20";
        Assert.Matches($"^{Looked}", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"));
        Assert.Matches($"(?m)^hello +now +{Looked}", await berth.OkAsync("letsencrypt:status"));
        Assert.False(enable.IsCompleted);
        await enable;
    }

    [Fact]
    public async Task looks_at_addresses_without_a_word_of_DNS()
    {
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = 1 });
        await using var dns = await NameServer.StartBindAsync();
        await using var berth = await StartAsync(pebble.CertificateFile, pebble.DirectoryUrl, dns, 0);
        await AddAsync(berth, "hello", "127.0.0.1", "::1");

        var ready = await berth.OkAsync("letsencrypt:check", "hello");
        await berth.OkAsync("letsencrypt:set", "--global", "http-port", "1");
        var closed = await berth.RunAsync("letsencrypt:check", "hello");
        var doctor = await berth.RunAsync("doctor", "hello");

        Assert.Contains($"-----> 127.0.0.1\n       ok       port {berth.HttpPort} of 127.0.0.1 is this server\n", ready, StringComparison.Ordinal);
        Assert.Contains($"-----> ::1\n       ok       port {berth.HttpPort} of ::1 is this server\n", ready, StringComparison.Ordinal);
        Assert.Equal(1, closed.Status);
        Assert.Contains("nobody answers at port 1 of 127.0.0.1, which is this machine", closed.Output, StringComparison.Ordinal);
        Assert.Contains("nobody answers at port 1 of ::1, which is this machine", closed.Output, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1, ::1 on plain HTTP", doctor.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch("DNS|delegation|CAA|AAAA|zone", ready + closed.Output + closed.Error + doctor.Output);
    }

    [Fact]
    public async Task tells_a_clock_that_is_wrong()
    {
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = 1 });
        await using var dns = await NameServer.StartBindAsync("app IN A 127.0.0.1");
        await using var berth = await StartAsync(pebble.CertificateFile, pebble.DirectoryUrl, dns, 0);
        await AddAsync(berth, "hello", "app.example.test");
        await berth.RestartAsync(WrongClock.Ahead("+1h"));

        var check = await berth.RunAsync("letsencrypt:check", "hello");
        var enable = await berth.RunAsync("letsencrypt:enable", "hello");

        Assert.Equal((1, 1), (check.Status, enable.Status));
        Assert.Single(Regex.Matches(enable.Output + enable.Error, "ahead of the server's"));
        Assert.Matches("this machine's clock is (59m, [0-9]+s|1h|1h, [0-9]+s) ahead of the server's", check.Output);
        Assert.Contains("timedatectl set-ntp true", check.Output, StringComparison.Ordinal);
    }

    private static async Task<BerthServer> StartAsync(string? trusted, Uri? server, NameServer dns, int httpPort, int httpsPort = 0)
    {
        var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = trusted }, httpPort, httpsPort: httpsPort);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", server?.AbsoluteUri ?? "berth");
        await berth.OkAsync("letsencrypt:set", "--global", "dns-resolvers", dns.Address.ToString());
        await berth.OkAsync("letsencrypt:set", "--global", "dns-authority-port", dns.Address.Port.ToString(CultureInfo.InvariantCulture));
        await berth.OkAsync("letsencrypt:set", "--global", "http-port", berth.HttpPort.ToString(CultureInfo.InvariantCulture));
        return berth;
    }

    private static async Task AddAsync(BerthServer berth, string app, params string[] domains)
    {
        await berth.OkAsync("apps:create", app);
        await berth.OkAsync(["domains:set", app, .. domains]);
    }

    // What a server that is not this one would say, and for cdn.example.test as if it stood behind a well-known network.
    private static async Task RefuseAsync(HttpListener listener)
    {
        try
        {
            while (listener.IsListening)
            {
                var context = await listener.GetContextAsync();
                context.Response.StatusCode = 403;
                if (context.Request.UserHostName.StartsWith("cdn.", StringComparison.Ordinal))
                {
                    context.Response.Headers["CF-RAY"] = "7";
                }

                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The end of the test.
        }
    }
}
