using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Berth.Kernel;

namespace Berth.TestKit;

/// <summary>
/// A Pebble of one test's own with its own DNS (pebble-challtestsrv): every name is 127.0.0.1 unless told otherwise.
/// It validates without delay unless told otherwise, and stops when disposed.
/// </summary>
public sealed class PebbleServer : IAsyncDisposable
{
    /// <summary>It takes no order with this name.</summary>
    public const string RefusedName = "blocked.example.com";

    private const int Attempts = 5;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly ScratchFolder _scratch = new();
    private readonly HttpClient _dnsControl = new(new SocketsHttpHandler { UseProxy = false });
    private RunningProgram? _pebble;
    private RunningProgram? _dns;
    private Uri? _dnsControlUrl;

    private PebbleServer()
    {
        Certificate = LoopbackCertificate.Create();
        AtomicFile.Write(_scratch["cert.pem"], Certificate.ExportCertificatePem());
        AtomicFile.Write(_scratch["key.pem"], Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The TLS certificate of its own API, to be trusted.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The same, as a PEM file: for programs that take a path.</summary>
    public string CertificateFile => _scratch["cert.pem"];

    public Uri DirectoryUrl { get; private set; } = null!;

    /// <summary>Pebble's management API: <c>roots/0</c>, <c>intermediates/0</c>, <c>cert-status-by-serial/…</c>.</summary>
    public Uri ManagementUrl { get; private set; } = null!;

    /// <summary>host:port of its DNS server (UDP and TCP).</summary>
    public string DnsServer { get; private set; } = null!;

    /// <summary>Where it looks for HTTP-01 answers.</summary>
    public int HttpPort { get; private set; }

    /// <summary>How many orders it has made since it started.</summary>
    public int Orders => _pebble!.Said.Count(line => line.Contains("Added order", StringComparison.Ordinal));

    public static async Task<PebbleServer> StartAsync(PebbleSettings settings, CancellationToken cancel = default)
    {
        var server = new PebbleServer { HttpPort = settings.HttpPort };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(StartLimit);
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            // A port that was free a moment ago may be another's now: the program says so by ending.
            if (await server.TryStartAsync(settings, limit.Token))
            {
                return server;
            }
        }

        await server.DisposeAsync();
        throw new InvalidOperationException("Pebble does not start: are pebble and pebble-challtestsrv installed?");
    }

    /// <summary>It takes connections and answers nothing until <see cref="GoOnAsync"/>.</summary>
    public Task HangAsync() => _pebble!.SignalAsync("STOP");

    public Task GoOnAsync() => _pebble!.SignalAsync("CONT");

    /// <summary>An HTTP client that trusts this server alone.</summary>
    public HttpClient CreateClient(Func<HttpMessageHandler, HttpMessageHandler>? wrap = null) =>
        LoopbackCertificate.CreateClient(Certificate, wrap);

    /// <summary>Points a name elsewhere; 127.0.0.9 is an address at which nobody listens.</summary>
    public async Task SetAddressAsync(string name, string address)
    {
        await ControlDnsAsync("clear-a", new JsonObject { ["host"] = name + "." });
        await ControlDnsAsync("add-a", new JsonObject { ["host"] = name + ".", ["addresses"] = new JsonArray(address) });
    }

    /// <summary>Makes every query for the name fail with SERVFAIL.</summary>
    public Task SetServerFailureAsync(string name) => ControlDnsAsync("set-servfail", new JsonObject { ["host"] = name + "." });

    public Task ClearServerFailureAsync(string name) => ControlDnsAsync("clear-servfail", new JsonObject { ["host"] = name + "." });

    /// <summary>Publishes one more TXT record at the name, such as <c>_acme-challenge.example.com</c>.</summary>
    public Task SetTextAsync(string name, string value) =>
        ControlDnsAsync("set-txt", new JsonObject { ["host"] = name + ".", ["value"] = value });

    /// <summary>Takes all TXT records of the name away.</summary>
    public Task ClearTextAsync(string name) => ControlDnsAsync("clear-txt", new JsonObject { ["host"] = name + "." });

    /// <summary>Makes the name another's.</summary>
    public Task SetCanonicalNameAsync(string name, string target) =>
        ControlDnsAsync("set-cname", new JsonObject { ["host"] = name + ".", ["target"] = target + "." });

    /// <summary>One file with the roots of several.</summary>
    public static async Task<string> TrustAsync(ScratchFolder scratch, params PebbleServer[] servers)
    {
        await File.WriteAllTextAsync(scratch["trust.pem"], string.Join('\n', servers.Select(server => File.ReadAllText(server.CertificateFile))));
        return scratch["trust.pem"];
    }

    /// <summary>Ends it: nothing listens at its address any more.</summary>
    public async Task StopAsync()
    {
        foreach (var program in new[] { _pebble, _dns })
        {
            if (program is not null)
            {
                await program.DisposeAsync();
            }
        }

        (_pebble, _dns) = (null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _dnsControl.Dispose();
        Certificate.Dispose();
        _scratch.Dispose();
    }

    private async Task ControlDnsAsync(string action, JsonObject body)
    {
        using var content = JsonContent.Create(body);
        using var response = await _dnsControl.PostAsync(new Uri(_dnsControlUrl!, action), content);
        response.EnsureSuccessStatusCode();
    }

    private async Task<bool> TryStartAsync(PebbleSettings settings, CancellationToken cancel)
    {
        await StopAsync();
        var ports = Enumerable.Range(0, 4).Select(_ => FreePort.Next()).ToArray();
        DnsServer = $"127.0.0.1:{ports[0]}";
        DirectoryUrl = new Uri($"https://localhost:{ports[2]}/dir");
        _dnsControlUrl = new Uri($"http://127.0.0.1:{ports[1]}/");
        ManagementUrl = new Uri($"https://localhost:{ports[3]}/");
        AtomicFile.Write(_scratch["config.json"], Configuration(settings, ports[2], ports[3]).ToJsonString());

        _dns = RunningProgram.Start("pebble-challtestsrv",
        [
            "-dns01", DnsServer, "-management", $"127.0.0.1:{ports[1]}", "-http01", "", "-https01", "", "-tlsalpn01", "",
            "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
        ]);
        string[] arguments = [.. settings.Words, "-config", _scratch["config.json"], "-dnsserver", settings.DnsServer ?? DnsServer];
        _pebble = RunningProgram.Start(settings.Program, settings.Strict ? [.. arguments, "-strict"] : arguments, EnvironmentOf(settings));
        using var client = CreateClient();
        return await AnswersAsync(_dnsControl, _dnsControlUrl, cancel) && await AnswersAsync(client, DirectoryUrl, cancel);
    }

    // There is no event to wait for: both say that they listen just before they do.
    private async Task<bool> AnswersAsync(HttpClient client, Uri url, CancellationToken cancel)
    {
        while (!_dns!.HasExited && !_pebble!.HasExited)
        {
            try
            {
                using var response = await client.GetAsync(url, cancel);
                return true;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancel);
            }
        }

        return false;
    }

    private JsonObject Configuration(PebbleSettings settings, int apiPort, int managementPort) => new()
    {
        ["pebble"] = new JsonObject
        {
            ["listenAddress"] = $"127.0.0.1:{apiPort}",
            ["managementListenAddress"] = $"127.0.0.1:{managementPort}",
            ["certificate"] = _scratch["cert.pem"],
            ["privateKey"] = _scratch["key.pem"],
            ["httpPort"] = settings.HttpPort,
            ["tlsPort"] = settings.TlsPort,
            ["ocspResponderURL"] = "",
            ["domainBlocklist"] = new JsonArray(RefusedName),
            ["retryAfter"] = settings.RetryAfter == 0 ? null : new JsonObject { ["authz"] = settings.RetryAfter, ["order"] = settings.RetryAfter },
            ["certificateValidityPeriod"] = (long)settings.CertificateValidity.TotalSeconds,
            ["profiles"] = settings.Profiles.Count == 0
                ? null
                : new JsonObject(settings.Profiles.Select(profile => KeyValuePair.Create(profile.Key, (JsonNode?)new JsonObject
                {
                    ["description"] = $"The profile {profile.Key}",
                    ["validityPeriod"] = (long)profile.Value.TotalSeconds,
                }))),
            ["externalAccountBindingRequired"] = settings.BindingKeys.Count > 0,
            ["externalAccountMACKeys"] = new JsonObject(
                settings.BindingKeys.Select(key => KeyValuePair.Create(key.Key, (JsonNode?)key.Value))),
        },
    };

    private static Dictionary<string, string?> EnvironmentOf(PebbleSettings settings) => new()
    {
        ["PEBBLE_VA_NOSLEEP"] = settings.SlowValidation == 0 ? "1" : null,
        ["PEBBLE_VA_SLEEPTIME"] = settings.SlowValidation == 0 ? null : $"{settings.SlowValidation}",
        ["PEBBLE_WFE_NONCEREJECT"] = $"{settings.NonceReject}",
        ["PEBBLE_AUTHZREUSE"] = $"{settings.AuthorizationReuse}",
        ["PEBBLE_ALTERNATE_ROOTS"] = $"{settings.AlternateRoots}",
        ["PEBBLE_CHAIN_LENGTH"] = $"{settings.ChainLength}",
    };
}
