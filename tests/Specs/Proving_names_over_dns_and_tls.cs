using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>The other challenges of ACME, against Pebble: over DNS with a real name server, and over TLS where port 80 is closed.</summary>
public sealed partial class Proving_names_over_dns_and_tls
{
    internal const string Records = "app IN A 127.0.0.1\n*.app IN A 127.0.0.1";

    [Fact]
    public async Task gets_a_wildcard_and_its_apex_in_one_order_through_rfc2136()
    {
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await StartAsync(pebble, "app.example.test", "*.app.example.test");
        await SetUpdatesAsync(berth, dns);

        var output = await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Contains(
            "-----> Getting letsencrypt certificate for hello via DNS-01\n        - Domain 'app.example.test'\n        - Domain '*.app.example.test'\n",
            output,
            StringComparison.Ordinal);
        Assert.Equal("*.app.example.test app.example.test\n", Sorted(await berth.OkAsync("certs:report", "hello", "--ssl-hostnames")));
        Assert.Equal(1, pebble.Orders);
        Assert.Empty(await dns.TextAtAsync("_acme-challenge.app.example.test"));
        Assert.True(Directory.Exists($"{berth.Home}/hello/letsencrypt/certs/current/certificates"));
        foreach (var file in Directory.EnumerateFiles($"{berth.Lib}/config/letsencrypt/hello", "dns-provider*"))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.DoesNotContain(NameServer.KeySecret, output + berth.Log + await berth.OkAsync("report", "hello"), StringComparison.Ordinal);
    }

    /// <summary>Nobody would look for port 80 who has just set what the provider wants; and a name that a wildcard stands for fails no more once it has its certificate.</summary>
    [Fact]
    public async Task asks_the_provider_again_that_was_mended_and_forgets_what_failed_for_it()
    {
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await StartAsync(pebble, "app.example.test", "*.app.example.test", "www.app.example.test");
        await SetUpdatesAsync(berth, dns);
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider-RFC2136_TSIG_SECRET", Convert.ToBase64String(new byte[32]));
        var first = await berth.RunAsync("letsencrypt:enable", "hello");
        Assert.Equal(1, first.Status);
        Assert.Contains("did not accept the credentials", first.Error, StringComparison.Ordinal);
        Assert.Contains("www.app.example.test: ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-failing-names"), StringComparison.Ordinal);

        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider-RFC2136_TSIG_SECRET", NameServer.KeySecret);
        var second = await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Contains("-----> Getting letsencrypt certificate for hello via DNS-01\n", second, StringComparison.Ordinal);
        Assert.DoesNotContain("trying", second, StringComparison.Ordinal);
        Assert.Equal("*.app.example.test app.example.test\n", Sorted(await berth.OkAsync("certs:report", "hello", "--ssl-hostnames")));
        Assert.Equal(("\n", "\n"), (await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-failing-names"), await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-problem")));
    }

    [Fact]
    public async Task gets_a_wildcard_and_its_apex_in_one_order_through_knot()
    {
        await using var dns = await NameServer.StartKnotAsync();
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await StartAsync(pebble, "app.example.test", "*.app.example.test");
        await SetUpdatesAsync(berth, dns);

        await EnableBothAsync(berth, pebble, dns);
    }

    [Fact]
    public async Task gets_a_wildcard_and_its_apex_in_one_order_through_PowerDNS()
    {
        await using var dns = await NameServer.StartPowerDnsAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        http.DefaultRequestHeaders.Add("X-API-Key", NameServer.ApiKey);
        using var zone = new StringContent(
            $$"""
            {"name":"{{NameServer.Zone}}.","kind":"Native","nameservers":["ns1.{{NameServer.Zone}}."],
             "rrsets":[{"name":"ns1.{{NameServer.Zone}}.","type":"A","ttl":60,"records":[{"content":"127.0.0.1","disabled":false}]}]}
            """,
            Encoding.UTF8,
            "application/json");
        using var made = await http.PostAsync(new Uri(dns.Api, "api/v1/servers/localhost/zones"), zone);
        made.EnsureSuccessStatusCode();
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await StartAsync(pebble, "app.example.test", "*.app.example.test");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider", "pdns");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider-PDNS_API_URL", dns.Api.AbsoluteUri);
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider-PDNS_API_KEY", NameServer.ApiKey);
        await LookAtAsync(berth, dns);

        await EnableBothAsync(berth, pebble, dns);
    }

    [Fact]
    public async Task puts_the_record_where_an_alias_leads()
    {
        await using var dns = await NameServer.StartBindAsync(Records + "\n_acme-challenge.app IN CNAME proofs.sub");
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await StartAsync(pebble, "app.example.test", "*.app.example.test");
        await SetUpdatesAsync(berth, dns);

        await EnableBothAsync(berth, pebble, dns, "proofs.sub.example.test");
    }

    [Fact]
    public async Task gets_both_from_Berths_own_authority_by_the_record_of_an_account()
    {
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var authority = await OwnAuthorityAtAsync(dns);
        await using var berth = await StartAsync(authority.Server.Directory, authority.Server.RootPath, 0, "app.example.test", "*.app.example.test");
        await SetUpdatesAsync(berth, dns);
        await berth.OkAsync("letsencrypt:set", "hello", "dns-challenge", "dns-account-01");

        await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Equal("*.app.example.test app.example.test\n", Sorted(await berth.OkAsync("certs:report", "hello", "--ssl-hostnames")));
        Assert.Contains("dns-account-01", await File.ReadAllTextAsync($"{berth.Home}/hello/letsencrypt/proofs.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task gets_a_wildcard_from_Berths_own_authority_by_a_record_made_by_hand_that_serves_every_order()
    {
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var authority = await OwnAuthorityAtAsync(dns);
        await using var berth = await StartAsync(authority.Server.Directory, authority.Server.RootPath, 0, "*.app.example.test");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-challenge", "dns-persist-01");
        await LookAtAsync(berth, dns);

        var missing = await berth.RunAsync("letsencrypt:enable", "hello");
        var value = MissingRecord().Match(missing.Error).Groups[1].Value;
        await dns.AddTextAsync("_validation-persist.app.example.test", value);
        await berth.OkAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");

        Assert.Equal(1, missing.Status);
        Assert.Contains("policy=wildcard", value, StringComparison.Ordinal);
        Assert.Equal("*.app.example.test\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));
        Assert.Equal([value], await dns.TextAtAsync("_validation-persist.app.example.test"));
    }

    [Fact]
    public async Task asks_for_one_record_for_a_name_and_its_wildcard_and_says_what_the_one_that_is_there_lacks()
    {
        const string Place = "_validation-persist.app.example.test";
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var authority = await OwnAuthorityAtAsync(dns);
        await using var berth = await StartAsync(authority.Server.Directory, authority.Server.RootPath, 0, "app.example.test", "*.app.example.test");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-challenge", "dns-persist-01");
        await LookAtAsync(berth, dns);

        var missing = await berth.RunAsync("letsencrypt:enable", "hello");
        var value = Assert.Single(MissingRecord().Matches(missing.Error)).Groups[1].Value;
        Assert.EndsWith("; policy=wildcard", value, StringComparison.Ordinal);
        await dns.AddTextAsync(Place, value.Replace("; policy=wildcard", "", StringComparison.Ordinal));
        var lacking = await berth.RunAsync("letsencrypt:enable", "hello");
        Assert.Contains($"{Place} with the value \"{value}\" is not there: what is there lacks policy=wildcard.", lacking.Error, StringComparison.Ordinal);
        await dns.AddTextAsync(Place, value);
        await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Equal("*.app.example.test app.example.test\n", Sorted(await berth.OkAsync("certs:report", "hello", "--ssl-hostnames")));

        // The name alone is proved by the same record.
        await berth.OkAsync("domains:set", "hello", "app.example.test");
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");
        Assert.Equal("app.example.test\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));
    }

    [Fact]
    public async Task refuses_a_wildcard_clearly_where_no_provider_is_set_or_one_is_opted_out_of()
    {
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await StartAsync(pebble, "*.app.example.test");
        await berth.OkAsync("letsencrypt:set", "--global", "dns-provider", "rfc2136");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider", "none");

        var refused = await berth.RunAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider");
        var missing = await berth.RunAsync("letsencrypt:enable", "hello");
        var unknown = await berth.RunAsync("letsencrypt:set", "hello", "dns-provider", "acme-corp");

        Assert.NotEqual(0, refused.Status);
        Assert.Contains("letsencrypt:set hello dns-provider", refused.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, missing.Status);
        Assert.Contains("RFC2136_NAMESERVER", missing.Error, StringComparison.Ordinal);
        Assert.Contains("berth letsencrypt:set hello dns-provider-NAME VALUE", missing.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, unknown.Status);
        Assert.Contains("cloudflare", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(0, pebble.Orders);
    }

    [Fact]
    public async Task goes_over_to_tls_where_port_80_is_closed_and_stays_with_it()
    {
        var https = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = FreePort.Next(), TlsPort = https });
        await using var berth = await BerthServer.StartAsync(
            new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, httpsPort: https);
        await CreateAsync(berth, pebble.DirectoryUrl, "hello.example.com");

        var first = await berth.OkAsync("letsencrypt:enable", "hello");
        var second = await berth.OkAsync("letsencrypt:enable", "hello", "--force");

        Assert.Contains("certificate for hello via HTTP-01", first, StringComparison.Ordinal);
        Assert.Contains("certificate for hello via TLS-ALPN-01", first, StringComparison.Ordinal);
        Assert.Contains(
            "-----> HTTP-01 failed at hello.example.com; trying TLS-ALPN-01\n-----> Getting letsencrypt certificate for hello via TLS-ALPN-01\n", first, StringComparison.Ordinal);
        Assert.Contains("-----> TLS-ALPN-01 proved hello.example.com last time, and is tried before HTTP-01\n", second, StringComparison.Ordinal);
        Assert.DoesNotContain("via HTTP-01", second, StringComparison.Ordinal);
        Assert.Contains("certificate for hello via TLS-ALPN-01", second, StringComparison.Ordinal);
        Assert.Equal("hello.example.com\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));
    }

    /// <summary>What failed is to be mended, and has its pause: a limit that the second way meets would have it tried for ever, one proof at a time.</summary>
    [Fact]
    public async Task tells_what_failed_over_http_where_a_limit_leaves_no_proof_over_tls()
    {
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = FreePort.Next(), TlsPort = FreePort.Next() });
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile });
        await CreateAsync(berth, pebble.DirectoryUrl, "hello.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{pebble.DirectoryUrl.Authority}/failed-validations=1/1h");

        var failed = await berth.RunAsync("letsencrypt:enable", "hello");

        Assert.Equal(1, failed.Status);
        Assert.Equal("acme-validation-connection\n", (await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-problem")).Split(' ')[0] + "\n");
        Assert.Contains("is not tried again by itself", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"), StringComparison.Ordinal);
        Assert.Equal(1, pebble.Orders);
    }

    [Fact]
    public async Task says_in_the_next_order_why_it_is_tls_that_is_tried()
    {
        var (http, https) = (FreePort.Next(), FreePort.Next());
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = http, TlsPort = https });
        await using var berth = await BerthServer.StartAsync(
            new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, httpsPort: https);
        await CreateAsync(berth, pebble.DirectoryUrl, "hello.example.com");
        using var other = new System.Net.HttpListener();
        other.Prefixes.Add($"http://*:{http}/");
        other.Start();
        var answered = RefuseAsync(other);

        var first = await berth.RunAsync("letsencrypt", "hello");
        other.Stop();
        await answered;
        var second = await berth.OkAsync("letsencrypt", "hello");

        Assert.Equal(1, first.Status);
        Assert.DoesNotContain("TLS-ALPN-01", first.Output, StringComparison.Ordinal);
        Assert.Contains("-----> HTTP-01 failed at hello.example.com; trying TLS-ALPN-01\n", second, StringComparison.Ordinal);
    }

    /// <summary>What failed most often may be what was mended: no command ends at the other alone.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task goes_back_to_http_where_that_was_mended_and_nobody_answers_over_tls(int failures)
    {
        var http = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = http, TlsPort = FreePort.Next() });
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, http);
        await CreateAsync(berth, pebble.DirectoryUrl, "hello.example.com");
        await pebble.SetServerFailureAsync("hello.example.com");
        for (var i = 0; i < failures; i++)
        {
            Assert.NotEqual(0, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);
        }

        await pebble.ClearServerFailureAsync("hello.example.com");

        Assert.Contains("certificate for hello via HTTP-01", await berth.OkAsync("letsencrypt:enable", "hello"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task leaves_a_name_that_does_not_exist_out_before_the_server_is_asked_and_says_so()
    {
        var http = FreePort.Next();
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var pebble = await PebbleAtAsync(dns, http);
        await using var berth = await StartAsync(pebble, http, "app.example.test", "gone.example.test");
        await LookAtAsync(berth, dns);

        var result = await berth.RunAsync("letsencrypt:enable", "hello");

        Assert.NotEqual(0, result.Status);
        Assert.Contains("gone.example.test does not exist in DNS (NXDOMAIN)", result.Error, StringComparison.Ordinal);
        Assert.Equal("app.example.test\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));
        Assert.Equal(1, pebble.Orders);
    }

    private static async Task RefuseAsync(System.Net.HttpListener listener)
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                context.Response.StatusCode = 403;
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is System.Net.HttpListenerException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private static async Task EnableBothAsync(
        BerthServer berth, PebbleServer pebble, NameServer dns, string place = "_acme-challenge.app.example.test")
    {
        var output = await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Contains("certificate for hello via DNS-01", output, StringComparison.Ordinal);
        Assert.Equal("*.app.example.test app.example.test\n", Sorted(await berth.OkAsync("certs:report", "hello", "--ssl-hostnames")));
        Assert.Equal(1, pebble.Orders);
        Assert.Empty(await dns.TextAtAsync(place));
    }

    private static Task<AuthorityInScratch> OwnAuthorityAtAsync(NameServer dns) =>
        AuthorityInScratch.StartAsync(options => options with { Resolvers = [dns.Address], HostNames = ["localhost", "ca.example.test"] });

    [GeneratedRegex("with the value \"([^\"]+)\" is not there")]
    private static partial Regex MissingRecord();

    internal static Task<PebbleServer> PebbleAtAsync(NameServer dns, int httpPort = 1) =>
        PebbleServer.StartAsync(new PebbleSettings { HttpPort = httpPort, DnsServer = dns.Address.ToString() });

    internal static Task<BerthServer> StartAsync(PebbleServer pebble, params string[] names) => StartAsync(pebble, 0, names);

    private static Task<BerthServer> StartAsync(PebbleServer pebble, int httpPort, params string[] names) =>
        StartAsync(pebble.DirectoryUrl, pebble.CertificateFile, httpPort, names);

    private static async Task<BerthServer> StartAsync(Uri directory, string trustFile, int httpPort, params string[] names)
    {
        var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = trustFile }, httpPort);
        await CreateAsync(berth, directory, names);
        return berth;
    }

    internal static async Task CreateAsync(BerthServer berth, Uri directory, params string[] names)
    {
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync(["domains:set", "hello", .. names]);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", directory.ToString());
    }

    private static async Task SetUpdatesAsync(BerthServer berth, NameServer dns)
    {
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider", "rfc2136");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider-RFC2136_NAMESERVER", dns.Address.ToString());
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider-RFC2136_TSIG_KEY", NameServer.KeyName);
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider-RFC2136_TSIG_ALGORITHM", "hmac-sha256.");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider-RFC2136_TSIG_SECRET", NameServer.KeySecret);
        await LookAtAsync(berth, dns);
    }

    internal static async Task LookAtAsync(BerthServer berth, NameServer dns)
    {
        await berth.OkAsync("letsencrypt:set", "--global", "dns-resolvers", dns.Address.ToString());
        await berth.OkAsync("letsencrypt:set", "--global", "dns-authority-port", dns.Address.Port.ToString(CultureInfo.InvariantCulture));
        await berth.OkAsync("letsencrypt:set", "--global", "http-port", berth.HttpPort.ToString(CultureInfo.InvariantCulture));
    }

    private static string Sorted(string line) => string.Join(' ', line.Trim().Split(' ').Order(StringComparer.Ordinal)) + "\n";
}
