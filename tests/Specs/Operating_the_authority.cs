using System.Globalization;
using System.Text.Json;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary><c>berth ca</c> as an operator uses it, beside a server that runs, with lego as the client.</summary>
public sealed class Operating_the_authority : IAsyncLifetime
{
    private readonly ScratchFolder _scratch = new();
    private readonly int _http = FreePort.Next();
    private readonly int _port = FreePort.Next();
    private RunningProgram? _server;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _scratch.Dispose();
    }

    [Fact]
    public async Task shows_revokes_and_audits_while_the_authority_serves()
    {
        Assert.Contains("=====> The authority is made", await OkAsync("init", "--organization", "Example Ltd", "--permit", "localhost"), StringComparison.Ordinal);
        await FailsAsync("ca-already-here", "init");
        await ServeAsync();
        await LegoAsync("a.localhost");

        using var status = JsonDocument.Parse(await OkAsync("status", "--format", "json"));
        Assert.True(status.RootElement.GetProperty("serving").GetBoolean());
        Assert.Contains("Example Ltd", status.RootElement.GetProperty("root").GetProperty("subject").GetString(), StringComparison.Ordinal);
        var metrics = await OkAsync("metrics");
        Assert.Contains("\nberth_authority_serving 1\n", metrics, StringComparison.Ordinal);
        // The endpoint's own, and lego's.
        Assert.Contains("\nberth_authority_certificates_valid 2\n", metrics, StringComparison.Ordinal);
        Assert.Matches("\nberth_authority_not_after_timestamp_seconds{certificate=\"intermediate-1\"} [0-9]{10}\n", metrics);
        using var inventory = JsonDocument.Parse(await OkAsync("inventory", "--name", "a.localhost", "--format", "json"));
        var certificate = Assert.Single(inventory.RootElement.EnumerateArray());
        Assert.Equal("valid", certificate.GetProperty("status").GetString());
        Assert.Equal("[]\n", await OkAsync("inventory", "--name", "a.localhost", "--expiring", "7", "--format", "json"));
        var serial = certificate.GetProperty("serial").GetString()!;
        var account = certificate.GetProperty("account").GetString()!;
        Assert.Contains(account, await OkAsync("accounts", "list"), StringComparison.Ordinal);
        Assert.Contains(serial, await OkAsync("accounts", "show", account), StringComparison.Ordinal);

        await OkAsync("revoke", "--reason", "superseded", Path.Combine(_scratch["lego"], "certificates/a.localhost.crt"));
        await FailsAsync("ca-certificate-unknown", "revoke", serial);
        Assert.Contains("superseded", await OkAsync("crl", "show"), StringComparison.Ordinal);
        await OkAsync("crl", "refresh");
        await OkAsync("accounts", "deactivate", account);
        await FailsAsync("ca-account-unknown", "accounts", "deactivate", account);

        var log = await OkAsync("audit", "show");
        Assert.Matches(@"authority-made[^$]*certificate-issued[^$]*operator:\S+  certificate-revoked[^$]*account-changed", log);
        Assert.Contains("none changed", await OkAsync("audit", "verify"), StringComparison.Ordinal);
        await FailsAsync("option-invalid", "inventory", "--expiring", "soon");
        await FailsAsync("option-invalid", "inventry");
    }

    [Fact]
    public async Task gives_out_binding_keys()
    {
        await OkAsync("init");
        using var added = JsonDocument.Parse(await OkAsync("eab", "add", "--id", "shop", "--name", ".shop.localhost", "--accounts", "2", "--format", "json"));
        Assert.Equal("shop", added.RootElement.GetProperty("kid").GetString());
        Assert.Equal(43, added.RootElement.GetProperty("hmacKey").GetString()!.Length);
        Assert.Contains(".shop.localhost", await OkAsync("eab", "list"), StringComparison.Ordinal);
        await OkAsync("eab", "remove", "shop");
        await FailsAsync("ca-binding-unknown", "eab", "remove", "shop");
    }

    [Fact]
    public async Task rotates_with_the_root_here_and_by_ceremony_with_the_root_elsewhere()
    {
        await OkAsync("init");
        await OkAsync("rotate");
        Assert.Contains("Intermediate 2:", await OkAsync("status"), StringComparison.Ordinal);
        File.Delete(Path.Combine(Data, "keys/root.key"));
        await FailsAsync("ca-root-elsewhere", "rotate");

        await RunAtAsync(_scratch["vault"], "init", "--offline-root", "--organization", "Vault");
        var request = (await RunAtAsync(_scratch["new"], "request")).Trim();
        var refused = await ExternalProgram.RunAsync(BerthProgram.Path, ["ca", "serve", "--data", _scratch["new"]], Environment);
        Assert.Contains("authority-request-waiting", refused.Output + refused.Error, StringComparison.Ordinal);
        await RunAtAsync(_scratch["vault"], "sign", "--permit", "localhost", "--out", _scratch["answer.pem"], request);
        await RunAtAsync(_scratch["new"], "install", _scratch["answer.pem"]);
        Assert.Contains("key elsewhere", await RunAtAsync(_scratch["new"], "status", records: true), StringComparison.Ordinal);
        await ExternalProgram.SucceedAsync("openssl", ["verify", "-x509_strict", "-CAfile", _scratch["vault/keys/root.pem"], _scratch["new/keys/intermediate-1.pem"]]);
    }

    [Fact]
    public async Task restores_from_a_backup_that_was_made_while_it_served()
    {
        await OkAsync("init");
        await ServeAsync();
        await LegoAsync("a.localhost");
        Kernel.AtomicFile.Write(_scratch["phrase"], "correct horse battery\n");

        await OkAsync("backup", "--passphrase-file", _scratch["phrase"], _scratch["sealed"]);
        Assert.Contains("not encrypted", await OkAsync("backup", _scratch["plain"]), StringComparison.Ordinal);

        Assert.DoesNotContain("PRIVATE KEY", await File.ReadAllTextAsync(_scratch["sealed"]), StringComparison.Ordinal);
        Assert.Equal(Kernel.AtomicFile.Private, File.GetUnixFileMode(_scratch["plain"]));
        await FailsAtAsync(_scratch["back"], "ca-backup-unusable", "restore", _scratch["sealed"]);
        Assert.False(Directory.Exists(_scratch["back"]));
        await RunAtAsync(_scratch["back"], "restore", "--passphrase-file", _scratch["phrase"], _scratch["sealed"]);
        Assert.Contains("a.localhost", await RunAtAsync(_scratch["back"], "inventory"), StringComparison.Ordinal);
        Assert.Contains("none changed", await RunAtAsync(_scratch["back"], "audit", "verify"), StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Data, "keys/root.key")), await File.ReadAllTextAsync(_scratch["back/keys/root.key"]));
        await FailsAtAsync(_scratch["back"], "ca-already-here", "restore", _scratch["plain"]);
        var cut = await File.ReadAllBytesAsync(_scratch["sealed"]);
        Kernel.AtomicFile.Write(_scratch["cut"], cut.AsSpan(0, cut.Length - 20));
        await FailsAtAsync(_scratch["other"], "ca-backup-unusable", "restore", "--passphrase-file", _scratch["phrase"], _scratch["cut"]);
    }

    [Fact]
    public async Task goes_back_a_version_and_forward_again()
    {
        await OkAsync("init");
        await OkAsync("migrate", "--to", "1");
        Assert.Contains("Accounts:", await OkAsync("status"), StringComparison.Ordinal);
        await FailsAsync("option-invalid", "migrate");
    }

    [Fact]
    public async Task is_completed_and_explained()
    {
        Assert.Contains("inventory\n", await CompletedAsync("berth ca "), StringComparison.Ordinal);
        Assert.Equal("add\nlist\nremove\n", await CompletedAsync("berth ca eab "));
        Assert.Contains("keyCompromise\n", await CompletedAsync("berth ca revoke --reason "), StringComparison.Ordinal);
        Assert.Contains("--expiring", await OkAsync("inventory", "--help"), StringComparison.Ordinal);
        Assert.Contains("trust install", await OkAsync("--help"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task has_this_machine_trust_its_root_and_no_more()
    {
        Assert.Null(ScratchMachine.Missing);
        using var machine = new ScratchMachine();
        var result = await machine.RunAsync(
            """
            set -e
            export HOME=/tmp/home DOKKU_LIB_ROOT=/tmp/lib
            mkdir -p $HOME/.pki/nssdb && certutil -N -d sql:$HOME/.pki/nssdb --empty-password
            $BERTH ca init >/dev/null
            root=/tmp/lib/data/authority/keys/root.pem
            trusted() { openssl verify -CApath /etc/ssl/certs $root >/dev/null 2>&1 && echo system; certutil -L -d sql:$HOME/.pki/nssdb | grep -q 'berth-root.*C,,' && echo nss
                keytool -list -cacerts -storepass changeit 2>/dev/null | grep -q berth-root && echo java; true; }
            echo before $(trusted)
            $BERTH ca trust install >&2
            $BERTH ca trust install >&2
            echo installed $(trusted)
            $BERTH ca trust uninstall >&2
            echo after $(trusted)
            """);
        Assert.True(result.Status == 0, result.ToString());
        Assert.Equal("before\ninstalled system nss java\nafter\n", result.Output);
    }

    private string Data => _scratch["lib/data/authority"];

    private Dictionary<string, string?> Environment => new()
    {
        ["DOKKU_ROOT"] = _scratch["home"],
        ["DOKKU_LIB_ROOT"] = _scratch["lib"],
        ["NO_COLOR"] = "1",
    };

    private async Task<string> OkAsync(params string[] words)
    {
        var result = await ExternalProgram.RunAsync(BerthProgram.Path, ["ca", .. words], Environment);
        Assert.True(result.Status == 0, result.ToString());
        return result.Output + result.Error;
    }

    private async Task<string> RunAtAsync(string data, string first, params string[] rest) => await OkAsync([first, .. rest, "--data", data]);

    private async Task<string> RunAtAsync(string data, string verb, bool records)
    {
        Assert.True(records);
        _server = RunningProgram.Start(BerthProgram.Path, ["ca", "serve", "--data", data, "--listen", $"127.0.0.1:{_port}"], Environment);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Assert.True(await _server.SaysAsync("Root:", limit.Token), string.Join('\n', _server.Said));
        return await RunAtAsync(data, verb);
    }

    private async Task FailsAsync(string code, params string[] words) => await FailsAtAsync(Data, code, words);

    private async Task FailsAtAsync(string data, string code, params string[] words)
    {
        var result = await ExternalProgram.RunAsync(BerthProgram.Path, ["ca", .. words, "--data", data], Environment);
        Assert.NotEqual(0, result.Status);
        Assert.Contains(code, result.Output + result.Error, StringComparison.Ordinal);
    }

    private async Task<string> CompletedAsync(string line) =>
        (await ExternalProgram.RunAsync(BerthProgram.Path, ["__complete", line], Environment)).Output;

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
