using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme;
using Berth.Acme.Accounts;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// One client for each server and e-mail, so that connections, nonces and the account are shared. The built-in authority is trusted by
/// its own root; other servers by the system's, or by the file <c>LEGO_CA_CERTIFICATES</c> names.
/// </summary>
public sealed class AcmeClients(
    IStateStore store, IBuiltInAuthority? authority, string? trustFile, Action<string>? reached, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<(Uri Directory, string? Email, ExternalAccountBinding? Binding), AcmeClient> _clients = new();
    private readonly AccountFiles _accounts = new(store);
    private readonly Lazy<HttpClient> _ordinary = new(() => Http(PolicyFor(ReadTrust(trustFile))), LazyThreadSafetyMode.PublicationOnly);
    private readonly Lazy<HttpClient> _builtIn = new(() => Http(PolicyFor(authority?.Root is { } root ? [root] : null)));

    /// <summary>The directory a <c>server</c> setting means.</summary>
    /// <exception cref="ProblemException">The built-in authority is meant and does not run.</exception>
    public Uri DirectoryOf(string server) =>
        AcmeServers.DirectoryOf(server) ?? authority?.Directory ?? throw LetsEncryptProblems.NoAuthority().AsException();

    /// <summary>The client for a server as it was set, and for an e-mail as it was kept.</summary>
    /// <exception cref="ProblemException">The built-in authority is meant and does not run.</exception>
    public AcmeClient Of(string server, string? email) =>
        ClientOf(DirectoryOf(server), EmailAddress.TryParse(email, out var address) ? address : null);

    /// <summary>The client of the account that an app's certificates are ordered with.</summary>
    public AcmeClient ClientOf(Uri directory, LetsEncryptSettings settings) => ClientOf(directory, settings.Email, settings.Binding);

    /// <summary>The server's clock minus this machine's, where it has told; nothing that could fail is made for it.</summary>
    internal TimeSpan? SkewAt(Uri directory, LetsEncryptSettings settings) =>
        _clients.TryGetValue((directory, settings.Email?.Text, settings.Binding), out var client) ? client.ClockSkew : null;

    /// <summary>Whether an account is known to be registered; the server is not asked.</summary>
    public async ValueTask<bool> HasAccountAsync(Uri directory, EmailAddress? email, CancellationToken cancel) =>
        await _accounts.LoadAsync(new AccountIdentity(directory.OriginalString, email?.Text), cancel) is { Url: not null };

    public AcmeClient ClientOf(Uri directory, EmailAddress? email, ExternalAccountBinding? binding = null) =>
        _clients.GetOrAdd((directory, email?.Text, binding), key => new AcmeClient(
            new AcmeClientOptions { DirectoryUrl = key.Directory, Email = email, ExternalAccountBinding = key.Binding },
            key.Directory == authority?.Directory ? _builtIn.Value : _ordinary.Value,
            _accounts,
            time,
            reached,

            // The built-in authority goes by the same clock.
            key.Directory == authority?.Directory ? null : at => Http(PolicyAsOf(at, ReadTrust(trustFile)))));

    /// <summary>The URL of the account, if it is registered: from disk, nobody is asked.</summary>
    internal async Task<string?> AccountUrlOfAsync(Uri directory, EmailAddress? email, CancellationToken cancel) =>
        await _accounts.LoadAsync(new AccountIdentity(directory.ToString(), email?.Text), cancel) is { IsDeactivated: false } account ? account.Url : null;

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }

    // The ACME client bounds each exchange itself.
    private static HttpClient Http(X509ChainPolicy? policy) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = true,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(15),
        SslOptions = { CertificateChainPolicy = policy },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private static X509ChainPolicy? PolicyFor(X509Certificate2Collection? roots) => roots is null ? null : Policy(roots);

    private static X509ChainPolicy PolicyAsOf(DateTimeOffset? time, X509Certificate2Collection? roots)
    {
        var policy = Policy(roots);
        if (time is { } at)
        {
            policy.VerificationTime = at.LocalDateTime;
        }
        else
        {
            policy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        }

        return policy;
    }

    private static X509ChainPolicy Policy(X509Certificate2Collection? roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = roots is null ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(roots ?? []);
        return policy;
    }

    private static X509Certificate2Collection? ReadTrust(string? file)
    {
        if (string.IsNullOrEmpty(file))
        {
            return null;
        }

        try
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(file);
            return roots.Count > 0 ? roots : throw LetsEncryptProblems.BadTrustFile(file, "it is empty").AsException();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw LetsEncryptProblems.BadTrustFile(file, e.Message).AsException(e);
        }
    }
}
