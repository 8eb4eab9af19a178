using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary><c>berth ca</c> on records in PostgreSQL, beside a server that runs, with lego as the client.</summary>
public sealed class Operating_a_shared_authority : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private readonly int _http = FreePort.Next();
    private readonly int _port = FreePort.Next();
    private PostgresServer _postgres = null!;
    private string _database = "";
    private RunningProgram? _server;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.SharedAsync();
        _database = await _postgres.NewDatabaseAsync();
        Kernel.AtomicFile.Write(_scratch["database"], _database);
        await OkAsync("init", "--database", _scratch["database"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _scratch.Dispose();
    }

    [Fact]
    public async Task looks_after_accounts_certificates_keys_incidents_and_the_audit_log()
    {
        await ServeAsync();
        await LegoAsync("a.localhost");

        using var status = JsonDocument.Parse(await OkAsync("status", "--format", "json"));
        Assert.True(status.RootElement.GetProperty("serving").GetBoolean());
        var certificate = Assert.Single(await ReadAsync("inventory", "--name", "a.localhost"));
        var (serial, account) = (certificate.GetProperty("serial").GetString()!, certificate.GetProperty("account").GetString()!);
        Assert.Contains(serial, await OkAsync("accounts", "show", account), StringComparison.Ordinal);
        Assert.Contains(account, await OkAsync("accounts", "list"), StringComparison.Ordinal);

        var before = await RenewalAsync();
        var incident = Assert.Single(await ReadAsync("incident", "add", "--serial", serial, "--url", "https://status.example/7"));
        var now = await RenewalAsync();
        Assert.True(before.SuggestedWindow.Start > TimeProvider.System.GetUtcNow());
        Assert.True(now.SuggestedWindow.End <= TimeProvider.System.GetUtcNow());
        Assert.Equal("https://status.example/7", now.ExplanationUrl);
        Assert.Contains(serial, await OkAsync("incident", "list"), StringComparison.Ordinal);
        await OkAsync("incident", "remove", incident.GetProperty("id").GetString()!);
        await FailsAsync("ca-incident-unknown", "incident", "remove", incident.GetProperty("id").GetString()!);
        Assert.Equal(before.SuggestedWindow, (await RenewalAsync()).SuggestedWindow);
        var spread = Assert.Single(await ReadAsync("incident", "add", "--issuer", "1", "--issued-from", "2026-01-01T00:00Z", "--within", "24"));
        Assert.Equal(spread.GetProperty("end").GetDateTimeOffset(), (await RenewalAsync()).SuggestedWindow.End, TimeSpan.FromSeconds(1));

        await OkAsync("revoke", serial, "--reason", "superseded");
        Assert.Contains("superseded", await OkAsync("crl", "show"), StringComparison.Ordinal);
        await OkAsync("crl", "refresh");
        await OkAsync("eab", "add", "--id", "shop", "--name", ".shop.localhost");
        Assert.Contains(".shop.localhost", await OkAsync("eab", "list"), StringComparison.Ordinal);
        await OkAsync("eab", "remove", "shop");
        Assert.Equal("[]\n", await OkAsync("paused", "--format", "json"));
        await FailsAsync("ca-pause-unknown", "unpause", account);
        await OkAsync("rotate");
        Assert.Contains("Intermediate 2:", await OkAsync("status"), StringComparison.Ordinal);
        await OkAsync("accounts", "deactivate", account);
        Assert.Matches(@"incident-added[^$]*certificate-revoked[^$]*account-changed", await OkAsync("audit", "show"));
        Assert.Contains("none changed", await OkAsync("audit", "verify"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("says what an incident is about", "add")]
    [InlineData("not both", "add", "--serial", "aa", "--issuer", "1")]
    [InlineData("no word of its own", "add", "aa")]
    [InlineData("a time", "add", "--issued-from", "yesterday")]
    [InlineData("a time that is", "add", "--issued-from", "2026-02-30")]
    [InlineData("in order", "add", "--issued-from", "2026-02-02", "--issued-until", "2026-02-01")]
    [InlineData("a page", "add", "--issuer", "1", "--url", "javascript:alert(1)")]
    [InlineData("hours", "add", "--issuer", "1", "--within", "0")]
    [InlineData("a number", "add", "--issuer", "one")]
    public async Task refuses_an_incident_that_is_not_said_well(string why, params string[] words)
    {
        Assert.NotEmpty(why);
        await FailsAsync("option-invalid", ["incident", .. words]);
    }

    [Fact]
    public async Task restores_keys_and_records_from_one_file_that_was_made_while_it_served()
    {
        await ServeAsync();
        await LegoAsync("a.localhost");
        Kernel.AtomicFile.Write(_scratch["phrase"], "correct horse battery\n");
        await OkAsync("backup", "--passphrase-file", _scratch["phrase"], _scratch["sealed"]);
        await LegoAsync("late.localhost");
        await _server!.DisposeAsync();
        _server = null;

        // A database with records is never written over.
        await FailsAtAsync(_scratch["back"], "ca-backup-unusable", "restore", "--passphrase-file", _scratch["phrase"], _scratch["sealed"]);
        Assert.False(Directory.Exists(_scratch["back"]));
        var name = _database.Split("Database=")[1].Split(';')[0];
        await _postgres.SqlAsync("postgres", $"DROP DATABASE {name}");
        await FailsAtAsync(_scratch["back"], "authority-database-not-reached", "restore", "--passphrase-file", _scratch["phrase"], _scratch["sealed"]);
        await _postgres.SqlAsync("postgres", $"CREATE DATABASE {name}");
        await OkAtAsync(_scratch["back"], "restore", "--passphrase-file", _scratch["phrase"], _scratch["sealed"]);

        var inventory = await OkAtAsync(_scratch["back"], "inventory");
        Assert.Contains("a.localhost", inventory, StringComparison.Ordinal);
        Assert.DoesNotContain("late.localhost", inventory, StringComparison.Ordinal);
        Assert.Contains("none changed", await OkAtAsync(_scratch["back"], "audit", "verify"), StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Data, "keys/root.key")), await File.ReadAllTextAsync(_scratch["back/keys/root.key"]));

        // A node whose database lives takes its keys only.
        await OkAtAsync(_scratch["node"], "restore", "--keys-only", "--passphrase-file", _scratch["phrase"], _scratch["sealed"]);
        Assert.Contains("a.localhost", await OkAtAsync(_scratch["node"], "inventory"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_how_to_copy_the_records_where_pg_dump_is_not_here()
    {
        await ServeAsync();
        var result = await ExternalProgram.RunAsync(BerthProgram.Path, ["ca", "backup", _scratch["file"]], new Dictionary<string, string?>(Environment) { ["PATH"] = _scratch.Path });
        Assert.NotEqual(0, result.Status);
        foreach (var part in (string[])["ca-records-not-copied", "pg_dump is not installed", "pg_dump --format=custom", "dbname=", "--keys-only"])
        {
            Assert.Contains(part, result.Output + result.Error, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(_scratch["file"]));

        Assert.Contains("pg_dump --format=custom", await OkAsync("backup", "--keys-only", _scratch["file"]), StringComparison.Ordinal);
    }

    private string Data => _scratch["lib/data/authority"];

    private Dictionary<string, string?> Environment => new()
    {
        ["DOKKU_ROOT"] = _scratch["home"],
        ["DOKKU_LIB_ROOT"] = _scratch["lib"],
        ["NO_COLOR"] = "1",
    };

    private Task<string> OkAsync(params string[] words) => OkAtAsync(Data, words);

    private async Task<string> OkAtAsync(string data, params string[] words)
    {
        var result = await ExternalProgram.RunAsync(BerthProgram.Path, ["ca", .. words, "--data", data], Environment);
        Assert.True(result.Status == 0, result.ToString());
        return result.Output + result.Error;
    }

    private async Task<List<JsonElement>> ReadAsync(params string[] words)
    {
        using var parsed = JsonDocument.Parse(await OkAsync([.. words, "--format", "json"]));
        return [.. parsed.RootElement.EnumerateArray().Select(each => each.Clone())];
    }

    private Task FailsAsync(string code, params string[] words) => FailsAtAsync(Data, code, words);

    private async Task FailsAtAsync(string data, string code, params string[] words)
    {
        var result = await ExternalProgram.RunAsync(BerthProgram.Path, ["ca", .. words, "--data", data], Environment);
        Assert.NotEqual(0, result.Status);
        Assert.Contains(code, result.Output + result.Error, StringComparison.Ordinal);
    }

    private async Task<RenewalInfo> RenewalAsync()
    {
        using var leaf = X509CertificateLoader.LoadCertificateFromFile(_scratch["lego/certificates/a.localhost.crt"]);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(Path.Combine(Data, "keys/root.pem"));
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
        var directory = JsonSerializer.Deserialize(await http.GetStringAsync($"https://localhost:{_port}/directory"), AcmeJson.Default.AcmeDirectory)!;
        return JsonSerializer.Deserialize(await http.GetStringAsync($"{directory.RenewalInfo}/{RenewalCertificateId.Of(leaf)}"), AcmeJson.Default.RenewalInfo)!;
    }

    private async Task ServeAsync()
    {
        _server = RunningProgram.Start(
            BerthProgram.Path,
            ["ca", "serve", "--listen", $"127.0.0.1:{_port}", "--validation-port", _http.ToString(CultureInfo.InvariantCulture), "--host", "localhost", "--allow-private"],
            Environment);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Assert.True(await _server.SaysAsync("Root:", limit.Token), string.Join('\n', _server.Said));
    }

    private Task<string> LegoAsync(string name) => ExternalProgram.SucceedAsync(
        "lego",
        [
            "--accept-tos", "--email", "admin@example.com", "--server", $"https://localhost:{_port}/directory", "--path", _scratch["lego"],
            "--http", "--http.port", $":{_http}", "-d", name, "run",
        ],
        new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = Path.Combine(Data, "keys/root.pem") });
}
