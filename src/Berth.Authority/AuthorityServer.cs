using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;
using Berth.Authority.Front;
using Berth.Authority.Limits;
using Berth.Authority.Policy;
using Berth.Authority.Signing;
using Berth.Authority.Storage;
using Berth.Authority.Testing;
using Berth.Authority.Validation;
using Berth.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Berth.Authority;

/// <summary>
/// An ACME certificate authority (RFC 8555): keys, database, endpoint. One at a time works in a data folder.
/// Stopping it, or killing it, at any moment loses nothing that a client was told.
/// </summary>
/// <param name="options">Checked by <see cref="StartAsync"/>.</param>
/// <param name="time">The clock for everything, waits included.</param>
/// <param name="logs">Where to log; no log line holds a secret.</param>
public sealed class AuthorityServer(AuthorityOptions options, TimeProvider time, ILoggerFactory logs) : IAsyncDisposable
{
    private readonly ILogger _log = logs.CreateLogger("Berth.Authority");
    private readonly Stack<IAsyncDisposable> _parts = new();
    private X509Certificate2? _root;
    private Uri? _directory;

    /// <summary>The ACME directory under the first host name: what a client is given.</summary>
    public Uri Directory => _directory ?? throw NotStarted();

    /// <summary>The plain-HTTP listener under the first host name, with a slash at the end; null when there is none.</summary>
    public Uri? HttpBase { get; private set; }

    /// <summary>The root certificate clients must trust; it may be used after the server has stopped.</summary>
    public X509Certificate2 Root => _root ?? throw NotStarted();

    /// <summary>The root certificate's file, PEM; there once <see cref="StartAsync"/> has returned.</summary>
    public string RootPath => Keys.CertificatePath(HierarchyFolder.Root);

    private string Database => Path.Combine(options.DataFolder, "authority.db");

    private HierarchyFolder Keys => new(Path.Combine(options.DataFolder, "keys"));

    /// <summary>Starts, making keys and database where there are none; returns when requests are answered.</summary>
    /// <exception cref="ProblemException">One of <see cref="AuthorityProblems"/>; nothing is left running.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        OptionsCheck.RefuseFaults(options);
        try
        {
            await StartPartsAsync(cancel);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task StartPartsAsync(CancellationToken cancel)
    {
        PrivateFolder.Ensure(options.DataFolder);
        Own(FileLock.TryAcquire(Path.Combine(options.DataFolder, "lock"))
            ?? throw AuthorityProblems.FolderInUse(options.DataFolder).AsException());
        RefuseLostKeys();
        var node = new NodeIdentity(time, options.LeaseTime);
        var made = options.Testing is { } test ? TestHierarchy.Make(Keys, test, time) : null;
        // A first start makes the keys before the database: a database without them means that they were lost.
        var early = options.Database is null ? OpenHierarchy() : null;
        IAuthorityStore store = Own(OpenStore(node));
        var shared = options.Database is null ? null : await SharedKeys.OpenAsync(Path.Combine(options.DataFolder, "cluster.key"), Keys, store, cancel);
        var hierarchy = early ?? OpenHierarchy();
        if (shared is not null)
        {
            await shared.PushAsync(cancel);
        }

        RefuseUnpermittedHosts(hierarchy.Current.Constraints);
        _root = X509CertificateLoader.LoadCertificate(hierarchy.Root.RawData);
        var leaves = new LeafIssuer(hierarchy, options.LeafLifetime, time) { LongestLifetime = options.LongestLifetime };
        var endpoint = Own(new EndpointCertificate(options, hierarchy, leaves, store, time, _log));
        var validations = new Validations(options, time);
        var gate = new IssuanceGate(new ProfilePolicy(options), validations, store, time);
        var limiter = new RateLimiter(options.Limits, store, new Replacement(store, hierarchy), new RenewalWindows(store), time);
        var issuance = Own(new IssuanceWork(store, leaves, gate, limiter, node, time, _log) { FailPoint = options.FailPoint });
        var validation = Own(new ValidationWork(options, validations, store, limiter, node, time, _log));
        var lists = Own(new RevocationLists(hierarchy, store, time));

        var front = MakeFront(store, issuance, validation, limiter, lists, hierarchy, shared);
        // First, so that it is there for who has seen the directory; its handshakes wait for the certificate.
        if (made is not null)
        {
            Own(await TestManagement.StartAsync(options, made, endpoint, store, logs, cancel));
        }

        var app = AuthorityHost.Build(options, endpoint, front, logs);
        Own(new StoppingFirst(app));
        await AuthorityHost.StartAsync(app, options, cancel);
        TellAddresses(app, leaves, lists);
        await endpoint.StartAsync(cancel);
        Own(new Maintenance(options, store, node, hierarchy, shared, validation, issuance, time, _log)).Start();
        _log.Started(string.Join(", ", app.Urls), Directory.AbsoluteUri);
    }

    private PathStyle Style => options.Testing is null ? PathStyle.Plain : PathStyle.Pebble;

    // A test may call its server by any name.
    private bool IsOurs(string host) => options.Testing is not null || options.HostNames.Contains(host.Trim('[', ']'));

    private SqlStore OpenStore(NodeIdentity node) => new(
        options.Database is { } database ? PostgresDatabase.Open(database.ConnectionString) : SqliteDatabase.Open(Database), time, node: node.Id);

    private Hierarchy OpenHierarchy() => Own(Hierarchy.Open(Keys, HierarchyOptions.SettingsOf(options), time));

    // A first start makes the keys before the database. A database without them means that they were lost: a new root, made silently,
    // would cut off every client that trusts the old one.
    private void RefuseLostKeys()
    {
        if (File.Exists(Database) && !File.Exists(RootPath) && !File.Exists(Keys.CertificatePath(HierarchyFolder.Intermediate(1))))
        {
            throw AuthorityProblems.MissingKeys(Path.Combine(options.DataFolder, "keys"), Database).AsException();
        }
    }

    // Said before a certificate for them is refused: an authority for corp.example is not called localhost.
    private void RefuseUnpermittedHosts(NameConstraints constraints)
    {
        if (options.HostNames.RemoveAll(constraints.Allow) is { IsEmpty: false } refused && options.Testing is null)
        {
            throw AuthorityProblems.UnpermittedHosts(refused, constraints.ToString()).AsException();
        }
    }

    private AcmeFront MakeFront(
        IAuthorityStore store, IssuanceWork issuance, ValidationWork validation, RateLimiter limiter, RevocationLists lists,
        Hierarchy hierarchy, SharedKeys? shared)
    {
        INonces nonces = shared is null ? new NoncePool() : new SharedNonces(shared.NonceKey, store, time);
        nonces = options.Testing is { RejectNonces: > 0 } testing ? new TestNonces(nonces, testing.RejectNonces) : nonces;
        var verifier = new RequestVerifier(store, nonces, Style, IsOurs);
        var meta = new DirectoryMeta
        {
            TermsOfService = options.TermsOfService?.AbsoluteUri,
            Website = options.Website?.AbsoluteUri,
            ExternalAccountRequired = options.RequireBinding,
            CaaIdentities = options.CaaIdentities.IsEmpty ? null : options.CaaIdentities,
            Profiles = new ProfilePolicy(options).Descriptions,
            IssuerDomainNames = options.IssuerNames.IsEmpty || !options.ChallengeTypes.Contains(ChallengeType.DnsPersist01) ? null : options.IssuerNames,
        };
        return new AcmeFront(
            Routes(store, issuance, validation, limiter, hierarchy), Style, IsOurs, meta, new Publication(hierarchy, lists),
            new RenewalResource(new Replacement(store, hierarchy), new RenewalWindows(store), time), verifier, nonces,
            new ClientGate(options.ConcurrentRequestsPerClient), _log);
    }

    private FrozenDictionary<string, Route> Routes(
        IAuthorityStore store, IssuanceWork issuance, ValidationWork validation, RateLimiter limiter, Hierarchy hierarchy)
    {
        var (terms, profiles, documents) = (new TermsPolicy(options.TermsOfService), new ProfilePolicy(options), new Documents(options.IssuerNames));
        var bindings = new BindingPolicy(options.RequireBinding, store, time);
        var identifiers = new IdentifierPolicy(new NamePolicy(options.AllowedNames, options.DeniedNames));
        var rules = new OrderRules(options, terms, profiles, bindings, identifiers);
        var pending = new AuthorizationFactory(options, store, time);
        var factory = new OrderFactory(options, store, rules, pending, new Replacement(store, hierarchy), limiter, time);
        var accounts = new AccountResource(terms, bindings, limiter, store, time);
        var orders = new OrderResource(store, factory, profiles, issuance, time);
        var ahead = new PreAuthorizationResource(rules, pending, store, documents, time);
        var authorizations = new AuthorizationResource(store, validation, documents, time);
        var certificates = new CertificateResource(store, hierarchy, time, _log);
        var keys = new KeyChangeResource(store);
        return new Dictionary<string, Route>
        {
            ["new-account"] = new(Signer.Key, accounts.CreateAsync),
            ["account/*"] = new(Signer.Account, accounts.UpdateAsync),
            ["account/*/orders"] = new(Signer.Account, accounts.ListOrdersAsync),
            ["key-change"] = new(Signer.Account, keys.ChangeAsync),
            ["new-order"] = new(Signer.Account, orders.CreateAsync),
            ["new-authorization"] = new(Signer.Account, ahead.CreateAsync),
            ["order/*"] = new(Signer.Account, orders.ReadAsync),
            ["order/*/finalize"] = new(Signer.Account, orders.FinalizeAsync),
            ["authorization/*"] = new(Signer.Account, authorizations.ReadAsync),
            ["challenge/*"] = new(Signer.Account, authorizations.ChallengeAsync),
            ["certificate/*"] = new(Signer.Account, certificates.DownloadAsync),
            ["revoke-certificate"] = new(Signer.Either, certificates.RevokeAsync),
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private void TellAddresses(WebApplication app, LeafIssuer leaves, RevocationLists lists)
    {
        var host = IPAddress.TryParse(options.HostNames[0], out var address) && address.GetAddressBytes().Length == 16
            ? $"[{address}]"
            : options.HostNames[0];
        _directory = new UriBuilder("https", host, AuthorityHost.PortOf(app, "https")!.Value, Style.PathOf("directory")).Uri;
        HttpBase = AuthorityHost.PortOf(app, "http") is { } port ? new UriBuilder("http", host, port, "/").Uri : null;
        leaves.HttpBase = options.PublicationBase is { } publication
            ? new Uri(publication.AbsoluteUri.TrimEnd('/') + "/")
            : HttpBase;
        lists.HttpBase = leaves.HttpBase;
    }

    private T Own<T>(T part) where T : class
    {
        _parts.Push(part as IAsyncDisposable ?? new Synchronous((IDisposable)part));
        return part;
    }

    private static InvalidOperationException NotStarted() => new("The certificate authority is not started.");

    /// <summary>Stops in the reverse order of starting: no new request, then the work in hand, then the store.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
        {
            await part.DisposeAsync();
        }
    }

    /// <summary>Lets requests in hand end before the server goes; a client that dawdles is cut off.</summary>
    private sealed class StoppingFirst(WebApplication app) : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync(Patience);
            await app.DisposeAsync();
        }
    }

    private sealed class Synchronous(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
