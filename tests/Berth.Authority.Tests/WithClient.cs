using System.Security.Cryptography;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>
/// What other people's clients meet: an authority on a name server of the test's own, every name of whose zone is 127.0.0.1. Its clock starts
/// eighty days late, so that a certificate of ninety days is due at once and clients renew it as they do by themselves, unforced.
/// </summary>
public abstract class WithClient : WithNameServer
{
    /// <summary>What <see cref="AddBindingKeyAsync"/> adds.</summary>
    private protected const string BindingKey = "shop";

    private protected static readonly string BindingSecret = StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(32));

    private protected LateClock Clock { get; } = new(TimeSpan.FromDays(80));

    private protected int HttpPort { get; } = FreePort.Next();

    private protected int TlsPort { get; } = FreePort.Next();

    private protected override string Records => "* IN A 127.0.0.1";

    private protected override TimeProvider? Time => Clock;

    private protected string Server => Authority.Server.Directory.AbsoluteUri;

    private protected string Root => Authority.Server.RootPath;

    private protected override AuthorityOptions Change(AuthorityOptions options) => options with { HttpPort = HttpPort, HttpsPort = TlsPort };

    private protected Task AddBindingKeyAsync()
    {
        Assert.True(StrictBase64Url.TryDecode(BindingSecret, out var secret));
        return WithStoreAsync(store => store.AddBindingKeyAsync(
            new BindingKeyRecord { Id = BindingKey, Secret = secret, Created = default }, CancellationToken.None));
    }

    /// <summary>Beside the running server, as an operator's command.</summary>
    private protected async Task WithStoreAsync(Func<IAuthorityStore, Task> act)
    {
        await using var store = SqliteStore.Open(Path.Combine(Authority.Options.DataFolder, "authority.db"));
        await act(store);
    }

    /// <summary>A text file in the scratch folder.</summary>
    private protected string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Authority[name])!);
        AtomicFile.Write(Authority[name], text);
        return Authority[name];
    }

    /// <summary>A program in the scratch folder.</summary>
    private protected string WriteScript(string name, string text)
    {
        var path = Write(name, "#!/bin/sh\n" + text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A line of shell that publishes a proof: name and value as the shell is to read them.</summary>
    private protected string Publish(string name, string value) =>
        $"printf 'server 127.0.0.1 {Dns.Address.Port}\\nzone {NameServer.Zone}\\nupdate add _acme-challenge.%s. 1 TXT \"%s\"\\nsend\\n' "
        + $"\"{name}\" \"{value}\" | nsupdate -y hmac-sha256:{NameServer.KeyName}:{NameServer.KeySecret}";

    /// <summary>Programs that trust the system's certificates and no others get this authority's in mounts of their own.</summary>
    private protected Task<string> TrustingAsync(params string[] words) => ExternalProgram.SucceedAsync(
        "unshare",
        [
            "--mount", "sh", "-c", "mount --bind \"$0\" /etc/ssl/certs/ca-certificates.crt && exec \"$@\"", Root, .. words,
        ]);

    private protected Dictionary<string, string?> GoTrust() => new() { ["SSL_CERT_FILE"] = Root, ["LEGO_CA_CERTIFICATES"] = Root };

    private protected Task VerifyAsync(string leaf, string chain)
    {
        Clock.CatchUp();
        return OpenSsl.VerifyAsync(Authority, leaf, chain);
    }

    /// <summary>RFC 8555 §7.6: with the certificate's own key, for clients that cannot revoke. certbot does it without an account.</summary>
    private protected Task RevokeByItsKeyAsync(string certificate, string key) => ExternalProgram.SucceedAsync(
        "certbot",
        [
            "revoke", "-n", "--server", Server, "--cert-path", certificate, "--key-path", key, "--no-delete-after-revoke",
            "--config-dir", Authority["certbot"], "--work-dir", Authority["work"], "--logs-dir", Authority["logs"],
        ],
        new Dictionary<string, string?> { ["REQUESTS_CA_BUNDLE"] = Root });

    /// <summary>Takes a file with leaf and chain apart.</summary>
    private protected (string Leaf, string Chain) Split(string file)
    {
        var pem = File.ReadAllText(file);
        var second = pem.IndexOf("-----BEGIN", 10, StringComparison.Ordinal);
        return (Write("leaf.pem", pem[..second]), Write("chain.pem", pem[second..]));
    }

    private protected async Task IsRevokedAsync(string leaf, string chain)
    {
        Clock.CatchUp();
        Assert.Contains("certificate revoked", await OpenSsl.VerifyFailingAsync(Authority, leaf, chain), StringComparison.Ordinal);
    }

    /// <summary>Waits for a file of a client that runs on.</summary>
    private protected static async Task<byte[]> AppearsAsync(RunningProgram client, string path, byte[]? other = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (true)
        {
            if (File.Exists(path) && await File.ReadAllBytesAsync(path) is { Length: > 0 } found && (other is null || !found.AsSpan().SequenceEqual(other)))
            {
                return found;
            }

            if (client.HasExited || patience.IsCancellationRequested)
            {
                throw new InvalidOperationException($"{path} does not come:\n{string.Join('\n', client.Said.TakeLast(30))}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>A clock that goes, and is late until it is set.</summary>
    private protected sealed class LateClock(TimeSpan late) : TimeProvider
    {
        private TimeSpan _late = late;

        internal void CatchUp() => _late = TimeSpan.Zero;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - _late;
    }
}
