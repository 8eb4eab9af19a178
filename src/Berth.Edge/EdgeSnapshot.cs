using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Edge;

/// <summary>
/// Everything the edge knows. Immutable: a change is a new snapshot that shares what did not change, so a new challenge
/// costs nothing in hosts.
/// </summary>
public sealed record EdgeSnapshot
{
    private EdgeSnapshot()
    {
    }

    public static EdgeSnapshot Empty { get; } = new();

    public HostTable Hosts { get; private init; } = HostTable.Empty;

    /// <summary>Open HTTP-01 challenges: token → key authorization (RFC 8555 §8.3).</summary>
    public ImmutableDictionary<string, string> Challenges { get; private init; } =
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    private ImmutableDictionary<AppName, ImmutableArray<DomainName>> Apps { get; init; } =
        ImmutableDictionary<AppName, ImmutableArray<DomainName>>.Empty;

    /// <summary>Gives an app these hosts and no others. A name that another app holds changes hands.</summary>
    /// <param name="app">Must be the app of every host.</param>
    /// <param name="hosts">Its names, wildcards included; none is the same as <see cref="WithoutApp"/>.</param>
    public EdgeSnapshot WithApp(AppName app, IEnumerable<KeyValuePair<DomainName, EdgeHost>> hosts)
    {
        var wanted = hosts.ToImmutableArray();
        if (wanted.FirstOrDefault(pair => pair.Value.App != app).Key is { } stray)
        {
            throw new ArgumentException($"The host {stray} belongs to another app than {app}.", nameof(hosts));
        }

        return this with
        {
            Hosts = Hosts.Change(NamesOf(app), wanted),
            Apps = wanted.IsEmpty ? Apps.Remove(app) : Apps.SetItem(app, [.. wanted.Select(pair => pair.Key)]),
        };
    }

    /// <summary>Takes an app's hosts away.</summary>
    public EdgeSnapshot WithoutApp(AppName app) => WithApp(app, []);

    /// <summary>Sends an app's visitors to other processes from now on; its names and certificates stay.</summary>
    public EdgeSnapshot WithTargets(AppName app, ImmutableArray<EdgeTarget> targets) =>
        WithEach(app, (_, host) => host with { Targets = targets });

    /// <summary>Serves a certificate for those of an app's names that it is said to cover.</summary>
    public EdgeSnapshot WithCertificate(AppName app, EdgeCertificate? certificate, Func<DomainName, bool> covers) =>
        WithEach(app, (name, host) => covers(name) ? host with { Certificate = certificate } : host);

    /// <summary>Answers an HTTP-01 challenge on every host, known or not.</summary>
    /// <param name="token">As the CA sent it.</param>
    /// <param name="keyAuthorization">The token, a dot and the account key's thumbprint (RFC 8555 §8.1).</param>
    public EdgeSnapshot WithChallenge(string token, string keyAuthorization) =>
        this with { Challenges = Challenges.SetItem(token, keyAuthorization) };

    public EdgeSnapshot WithoutChallenge(string token) => this with { Challenges = Challenges.Remove(token) };

    /// <summary>The names an app holds now.</summary>
    public IEnumerable<DomainName> NamesOf(AppName app) =>
        Apps.GetValueOrDefault(app, []).Where(name => Hosts[name]?.App == app);

    private EdgeSnapshot WithEach(AppName app, Func<DomainName, EdgeHost, EdgeHost> change) => this with
    {
        Hosts = Hosts.Change([], NamesOf(app).Select(name => KeyValuePair.Create(name, change(name, Hosts[name]!)))),
    };
}
