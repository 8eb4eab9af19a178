using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme;
using Berth.Acme.Accounts;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// One client for each server and e-mail, so that connections, nonces and the account are shared. The built-in authority is trusted by
/// its own root; other servers by the system's, or by the file <c>LEGO_CA_CERTIFICATES</c> names, as it is now.
/// </summary>
public sealed class AcmeClients(
    IStateStore store, IBuiltInAuthority? authority, string? trustFile, Action<string>? reached, TimeProvider time) : IDisposable
{
    /// <summary>Makes what counts the accounts that a server makes for an e-mail.</summary>
    public Func<Uri, EmailAddress?, IRegistrations?> RegistrationsOf { get; init; } = static (_, _) => null;

    private readonly AccountFiles _accounts = new(store);
    private readonly ClientSet _builtIn = new(default, () => Http(PolicyFor(authority?.Root is { } root ? [root] : null)));
    private readonly Lock _renewing = new();
    private ClientSet? _ordinary;

    /// <summary>The directory a <c>server</c> setting means.</summary>
    /// <exception cref="ProblemException">The built-in authority is meant and does not run.</exception>
    public Uri DirectoryOf(string server) =>
        AcmeServers.DirectoryOf(server) ?? authority?.Directory ?? throw LetsEncryptProblems.NoAuthority().AsException();

    /// <summary>The client for a server as it was set, and for an e-mail as it was kept.</summary>
    /// <exception cref="ProblemException">The built-in authority is meant and does not run.</exception>
    public AcmeClient Of(string server, string? email) =>
        ClientOf(DirectoryOf(server), EmailAddress.TryParse(email, out var address) ? address : null);

    /// <summary>The client of the account that an app's certificates are ordered with.</summary>
    public AcmeClient ClientOf(Uri directory, LetsEncryptSettings settings) => ClientOf(directory, settings.Email, settings.Bindings.At(directory));

    /// <summary>The server's clock minus this machine's, where it has told; nothing that could fail is made for it.</summary>
    internal TimeSpan? SkewAt(Uri directory, LetsEncryptSettings settings) =>
        SetOf(directory).Find(directory, settings.Email, settings.Bindings.At(directory))?.ClockSkew;

    /// <summary>Whether an account is known to be registered; the server is not asked.</summary>
    public async ValueTask<bool> HasAccountAsync(Uri directory, EmailAddress? email, CancellationToken cancel) =>
        await _accounts.LoadAsync(new AccountIdentity(directory.OriginalString, email?.Text), cancel) is { Url: not null };

    /// <summary>Whether any account was ended by hand, whoever uses it.</summary>
    internal bool IsAnyClosed => _accounts.IsAnyClosed();

    /// <summary>Why nothing is ordered with an account that was ended by hand; null where it was not. Nobody is asked.</summary>
    internal async ValueTask<Problem?> ClosedAsync(Uri directory, LetsEncryptSettings settings, CancellationToken cancel) =>
        _accounts.IsClosed(new AccountIdentity(directory.OriginalString, settings.Email?.Text)) ? await ClientOf(directory, settings).WhyNoAccountAsync(cancel) : null;

    public AcmeClient ClientOf(Uri directory, EmailAddress? email, ExternalAccountBinding? binding = null) =>
        SetOf(directory).GetOrAdd(directory, email, binding, http => new AcmeClient(
            new AcmeClientOptions { DirectoryUrl = directory, Email = email, ExternalAccountBinding = binding, Registrations = RegistrationsOf(directory, email) },
            http,
            _accounts,
            time,
            reached,

            // The built-in authority goes by the same clock.
            directory == authority?.Directory ? null : at => Http(PolicyAsOf(at, ReadTrust(trustFile)))));

    /// <summary>Puts the account aside, so that the next order registers another.</summary>
    /// <returns>Where it is kept from then on; null where there was nothing to keep.</returns>
    internal async Task<IReadOnlyList<string>> ForgetAsync(AcmeClient client, CancellationToken cancel)
    {
        var (directory, email) = (client.Options.DirectoryUrl, client.Options.Email?.Text);
        IReadOnlyList<string> aside = [];
        await client.ChangeStoredAccountAsync(
            async token =>
            {
                try
                {
                    aside = await _accounts.SetAsideAsync(new AccountIdentity(directory.OriginalString, email), time.GetUtcNow(), token);
                }
                finally
                {
                    SetOf(directory).Forget(directory);
                }
            },
            cancel);
        return aside;
    }

    /// <summary>Whether orders for an e-mail are placed with an account, as far as is known here: nobody is asked, and no folder looked through.</summary>
    internal bool IsAccountOf(Uri directory, EmailAddress? email, string url) => _accounts.MayBe(new AccountIdentity(directory.OriginalString, email?.Text), url);

    /// <summary>The servers that words stand for, and why others of them cannot be asked as things are, as Berth's own authority where it is off.</summary>
    public (IReadOnlyList<WantedServer> Servers, IReadOnlyList<ProblemException> Unusable) ServersOf(IReadOnlyList<string> words)
    {
        var (servers, unusable) = (new List<WantedServer>(), new List<ProblemException>());
        foreach (var word in words)
        {
            try
            {
                servers.Add(new WantedServer(word, DirectoryOf(word)));
            }
            catch (ProblemException e)
            {
                unusable.Add(e);
            }
        }

        return ([.. servers.DistinctBy(server => server.Key)], unusable);
    }

    /// <summary>The URL of the account, if it is registered: from disk, nobody is asked.</summary>
    internal async Task<string?> AccountUrlOfAsync(Uri directory, EmailAddress? email, CancellationToken cancel) =>
        await _accounts.LoadAsync(new AccountIdentity(directory.OriginalString, email?.Text), cancel) is { IsDeactivated: false } account ? account.Url : null;

    public void Dispose()
    {
        _builtIn.Dispose();
        _ordinary?.Dispose();
    }

    // Those of the roots before are handed out no more, and left to the orders that are under way with them.
    private ClientSet SetOf(Uri directory)
    {
        if (directory == authority?.Directory)
        {
            return _builtIn;
        }

        var stamp = string.IsNullOrEmpty(trustFile) ? default : FileStamp.Of(trustFile);
        lock (_renewing)
        {
            return _ordinary is { } set && set.Roots == stamp
                ? set
                : _ordinary = new ClientSet(stamp, () => Http(PolicyFor(ReadTrust(trustFile))));
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
