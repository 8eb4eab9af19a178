using System.Security.Cryptography.X509Certificates;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>Apps reached by an IP address: its certificate (RFC 8738), and who is shown it.</summary>
public sealed class Certifying_addresses
{
    [Fact]
    public async Task gets_a_certificate_for_each_and_shows_it_to_those_who_come_to_that_address()
    {
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = FreePort.Next() });
        await using var berth = await StartAsync(pebble);
        await AddAsync(berth, "one", "127.0.0.1");
        await AddAsync(berth, "two", "127.0.0.2");
        await AddAsync(berth, "six", "::1");
        await AddAsync(berth, "named", "named.example.com");

        Assert.Equal("127.0.0.1", await ShownAsync(berth, "127.0.0.1"));
        Assert.Equal("127.0.0.2", await ShownAsync(berth, "127.0.0.2"));
        Assert.Equal("::1", await ShownAsync(berth, "::1"));
        Assert.Equal("127.0.0.2", await ShownAsync(berth, "127.0.0.1", "127.0.0.2"));
        Assert.Equal("named.example.com", await ShownAsync(berth, "127.0.0.1", "named.example.com"));
        Assert.DoesNotContain("127.0.0.", await ShownAsync(berth, "127.0.0.3"), StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.", await ShownAsync(berth, "127.0.0.1", "unknown.example.com"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task answers_requests_to_an_address_and_sends_them_to_https()
    {
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = FreePort.Next() });
        await using var berth = await StartAsync(pebble);
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{pebble.DirectoryUrl.Authority}/certificates-per-domain=50/7d");
        await AddAsync(berth, "one", "127.0.0.1");
        await AddAsync(berth, "six", "::1");
        using var http = pebble.CreateClient();
        using var scratch = new ScratchFolder();
        await File.WriteAllTextAsync(scratch["root.pem"], await http.GetStringAsync(new Uri(pebble.ManagementUrl, "roots/0")));

        foreach (var host in new[] { "127.0.0.1", "[::1]" })
        {
            var moved = await ExternalProgram.SucceedAsync("curl", ["-sSI", "--noproxy", "*", "-g", $"http://{host}:{berth.HttpPort}/a"]);
            Assert.Contains($"Location: https://{host}:{berth.HttpsPort}/a", moved, StringComparison.Ordinal);

            // Nothing is deployed: 502 is the app's own answer, over a connection that curl has verified for the address.
            var status = await ExternalProgram.SucceedAsync(
                "curl", ["-sS", "--noproxy", "*", "-g", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", scratch["root.pem"], $"https://{host}:{berth.HttpsPort}/"]);
            Assert.Equal("502", status);
        }

        Assert.Contains($"https://[::1]:{berth.HttpsPort}", await berth.OkAsync("urls", "six"), StringComparison.Ordinal);
        Assert.Matches(@"certificates-per-domain +127\.0\.0\.1 +49 of 50 left", await berth.OkAsync("letsencrypt:limits", "one"));
        Assert.Matches(@"certificates-per-domain +::/64 +49 of 50 left", await berth.OkAsync("letsencrypt:limits", "six"));
        Assert.Equal("127.0.0.1\n", await berth.OkAsync("certs:report", "one", "--ssl-hostnames"));
        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:report", "one", "--letsencrypt-active"));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task proves_one_over_tls_under_its_reverse_name_where_port_80_is_closed(string address)
    {
        var https = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = FreePort.Next(), TlsPort = https });
        await using var berth = await StartAsync(pebble, httpPort: 0, httpsPort: https);

        var output = await AddAsync(berth, "one", address);

        Assert.Contains("certificate for one via TLS-ALPN-01", output, StringComparison.Ordinal);
        Assert.Equal(address, await ShownAsync(berth, address));
    }

    [Fact]
    public async Task gets_one_beside_a_name_from_Berths_own_authority_and_renews_it()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await AddAsync(berth, "both", "both.localhost", "127.0.0.1");
        var first = await berth.OkAsync("certs:show", "both", "crt");

        await berth.OkAsync("letsencrypt:check", "both");
        await berth.OkAsync("letsencrypt:set", "both", "graceperiod", "31536000");
        await Eventually.TrueAsync(async () =>
        {
            await berth.OkAsync("letsencrypt:auto-renew", "both");
            return await berth.OkAsync("certs:show", "both", "crt") != first;
        });

        Assert.Equal("127.0.0.1 both.localhost\n", await berth.OkAsync("certs:report", "both", "--ssl-hostnames"));
    }

    [Fact]
    public async Task takes_the_shortlived_profile_by_itself_where_the_server_lists_it_and_another_where_one_is_set()
    {
        NewerPebble.Require();
        // To whom asks for none Pebble gives any.
        var profiles = Enumerable.Range(1, 20).ToDictionary(days => $"of-{days}-days", days => TimeSpan.FromDays(days));
        profiles["shortlived"] = TimeSpan.FromHours(160);
        profiles["default"] = TimeSpan.FromDays(90);
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings
        {
            HttpPort = FreePort.Next(),
            Program = NewerPebble.Path,
            Profiles = profiles,
        });
        await using var berth = await StartAsync(pebble);

        await AddAsync(berth, "one", "127.0.0.1");

        Assert.Equal(160, await HoursAsync(berth, "one"));
        await berth.OkAsync("apps:create", "two");
        await berth.OkAsync("letsencrypt:set", "two", "profile", "default");
        await AddAsync(berth, "two", "127.0.0.2");
        Assert.Equal(90 * 24, await HoursAsync(berth, "two"));
    }

    [Fact]
    public async Task takes_an_address_as_a_domain_and_keeps_apart_what_is_none()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "one");
        await berth.OkAsync("apps:create", "two");

        Assert.Equal(
            "-----> Added 203.0.113.5 to one\n-----> Added 2001:db8::1 to one\n",
            await berth.OkAsync("domains:add", "one", "203.0.113.5", "[2001:DB8:0::1]"));
        Assert.Contains("203.0.113.5 2001:db8::1", await berth.OkAsync("domains:report", "one", "--domains-app-vhosts"), StringComparison.Ordinal);
        Assert.Contains("belongs to the app one", (await berth.RunAsync("domains:add", "two", "2001:db8:0:0::1")).Error, StringComparison.Ordinal);
        Assert.NotEqual(0, (await berth.RunAsync("domains:add", "two", "2001:db8::1:8080:x")).Status);
        Assert.NotEqual(0, (await berth.RunAsync("domains:add", "two", "203.0.113.5:8080")).Status);
        Assert.Contains("300.1.1.1 is invalid", (await berth.RunAsync("domains:add", "two", "300.1.1.1")).Error, StringComparison.Ordinal);

        await berth.OkAsync("domains:remove", "one", "2001:DB8::1");
        Assert.DoesNotContain("2001", await berth.OkAsync("domains:report", "one", "--domains-app-vhosts"), StringComparison.Ordinal);

        // Nobody on the internet reaches these, so Let's Encrypt is not asked.
        await berth.OkAsync("letsencrypt:set", "one", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "one", "server", "production");
        await berth.OkAsync("domains:set", "one", "203.0.113.5");
        var refused = await berth.RunAsync("letsencrypt:enable", "one");
        Assert.Equal(1, refused.Status);
        Assert.Contains("203.0.113.5", refused.Error, StringComparison.Ordinal);
    }

    private static async Task<BerthServer> StartAsync(PebbleServer pebble, int? httpPort = null, int httpsPort = 0)
    {
        var berth = await BerthServer.StartAsync(
            new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, httpPort ?? pebble.HttpPort, httpsPort: httpsPort);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
        return berth;
    }

    private static async Task<string> AddAsync(BerthServer berth, string app, params string[] domains)
    {
        await berth.RunAsync("apps:create", app);
        await berth.OkAsync(["domains:set", app, .. domains]);
        return await berth.OkAsync("letsencrypt:enable", app);
    }

    /// <summary>The names on the certificate that a visitor of an address is shown.</summary>
    private static async Task<string> ShownAsync(BerthServer berth, string address, string? serverName = null)
    {
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        string[] name = serverName is null ? ["-noservername"] : ["-servername", serverName];
        return NamesOn((await ExternalProgram.RunAsync("openssl", ["s_client", "-connect", $"{host}:{berth.HttpsPort}", .. name], input: "")).Output);
    }

    private static string NamesOn(string pem)
    {
        using var leaf = X509Certificate2.CreateFromPem(pem);
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault();
        return names is null
            ? leaf.Subject
            : string.Join(' ', [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(found => found.ToString())]);
    }

    private static async Task<int> HoursAsync(BerthServer berth, string app)
    {
        using var leaf = X509Certificate2.CreateFromPem(await berth.OkAsync("certs:show", app, "crt"));
        return (int)Math.Round((leaf.NotAfter - leaf.NotBefore).TotalHours);
    }
}
