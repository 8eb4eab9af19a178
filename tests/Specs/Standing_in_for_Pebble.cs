using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary><c>berth ca pebble</c>, driven as Pebble is driven: its words, its settings file, its variables, its management interface.</summary>
public sealed class Standing_in_for_Pebble : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private readonly int _httpPort = FreePort.Next();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _scratch.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task serves_certbot_which_then_asks_the_management_interface_what_became_of_its_certificate()
    {
        await using var pebble = await StartAsync(settings => settings);
        using var http = pebble.CreateClient();

        await CertbotAsync(pebble, "certonly", "--standalone", "--http-01-port", Text(_httpPort), "-d", "cb.example.com", "--agree-tos", "-m", "a@example.com", "--no-eff-email");

        var (root, intermediate) = (await GetAsync(http, pebble, "roots/0"), await GetAsync(http, pebble, "intermediates/0"));
        await File.WriteAllTextAsync(_scratch["root.pem"], root);
        await File.WriteAllTextAsync(_scratch["intermediate.pem"], intermediate);
        await ExternalProgram.SucceedAsync(
            "openssl", ["verify", "-x509_strict", "-CAfile", _scratch["root.pem"], "-untrusted", _scratch["intermediate.pem"], Live("cert.pem")]);
        var serial = (await ExternalProgram.SucceedAsync("openssl", ["x509", "-in", Live("cert.pem"), "-noout", "-serial"])).Split('=')[1].Trim();
        Assert.Equal("Valid", await StatusAsync());

        await CertbotAsync(pebble, "revoke", "--cert-name", "cb.example.com", "--reason", "superseded", "--no-delete-after-revoke");
        Assert.Equal("Revoked", await StatusAsync());

        async Task<string?> StatusAsync() =>
            JsonNode.Parse(await GetAsync(http, pebble, $"cert-status-by-serial/{serial}"))!["Status"]!.GetValue<string>();
    }

    [Fact]
    public async Task serves_lego_though_it_refuses_half_of_its_nonces()
    {
        await using var pebble = await StartAsync(settings => settings with { NonceReject = 50 });

        await ExternalProgram.SucceedAsync(
            "lego",
            [
                "--accept-tos", "--email", "a@example.com", "--server", pebble.DirectoryUrl.AbsoluteUri, "--path", _scratch["lego"], "--http",
                "--http.port", $":{_httpPort}", "-d", "lego.example.com", "run",
            ],
            new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile });

        Assert.True(File.Exists(_scratch["lego/certificates/lego.example.com.crt"]));
    }

    [Fact]
    public async Task has_as_many_roots_and_as_long_chains_as_it_is_told_and_gives_their_keys_away()
    {
        await using var pebble = await StartAsync(settings => settings with { AlternateRoots = 2, ChainLength = 3 });
        using var http = pebble.CreateClient();
        foreach (var number in Enumerable.Range(0, 3))
        {
            foreach (var kind in new[] { "root", "intermediate" })
            {
                var (pem, key) = (await GetAsync(http, pebble, $"{kind}s/{number}"), await GetAsync(http, pebble, $"{kind}-keys/{number}"));
                using var certificate = X509Certificate2.CreateFromPem(pem, key);
                Assert.True(certificate.HasPrivateKey);
            }
        }

        Assert.False((await http.GetAsync(new Uri(pebble.ManagementUrl, "roots/3"))).IsSuccessStatusCode);
        var rootPem = await GetAsync(http, pebble, "roots/1");
        using var root = X509Certificate2.CreateFromPem(rootPem);
        await CertbotAsync(
            pebble, "certonly", "--standalone", "--http-01-port", Text(_httpPort), "-d", "cb.example.com", "--agree-tos", "-m", "a@example.com", "--no-eff-email",
            "--preferred-chain", root.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(Live("chain.pem"));
        Assert.Equal(3, chain.Count);
        Assert.Equal(root.Subject, chain[^1].Issuer);
    }

    [Fact]
    public async Task shows_the_paths_of_Pebble_and_makes_its_keys_anew_at_each_start()
    {
        string first;
        await using (var pebble = await StartAsync(settings => settings))
        {
            using var http = pebble.CreateClient();
            var directory = JsonNode.Parse(await http.GetStringAsync(pebble.DirectoryUrl))!;
            Assert.EndsWith("/nonce-plz", directory["newNonce"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.EndsWith("/sign-me-up", directory["newAccount"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.EndsWith("/order-plz", directory["newOrder"]!.GetValue<string>(), StringComparison.Ordinal);
            first = await GetAsync(http, pebble, "roots/0");
        }

        await using var again = await StartAsync(settings => settings);
        using var other = again.CreateClient();
        Assert.NotEqual(first, await GetAsync(other, again, "roots/0"));
    }

    private Task<PebbleServer> StartAsync(Func<PebbleSettings, PebbleSettings> change) => PebbleServer.StartAsync(
        change(new PebbleSettings { HttpPort = _httpPort, NonceReject = 0, Program = BerthProgram.Path, Words = ["ca", "pebble"] }));

    private static Task<string> GetAsync(HttpClient http, PebbleServer pebble, string path) => http.GetStringAsync(new Uri(pebble.ManagementUrl, path));

    private string Live(string file) => _scratch[$"certbot/live/cb.example.com/{file}"];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private Task<string> CertbotAsync(PebbleServer pebble, params string[] words) => ExternalProgram.SucceedAsync(
        "certbot",
        [
            .. words, "-n", "--server", pebble.DirectoryUrl.AbsoluteUri, "--config-dir", _scratch["certbot"], "--work-dir", _scratch["work"],
            "--logs-dir", _scratch["logs"],
        ],
        new Dictionary<string, string?> { ["REQUESTS_CA_BUNDLE"] = pebble.CertificateFile });
}
