using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
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

    /// <summary>Open TLS-ALPN-01 challenges by the server name the CA asks for, in any case; hardly ever is there one.</summary>
    internal ImmutableDictionary<string, EdgeTlsChallenge> TlsChallenges { get; private init; } =
        ImmutableDictionary.Create<string, EdgeTlsChallenge>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What answers at a door for names that nobody has: an app with the domain <c>_</c>, or one without any on a port of its own.</summary>
    public ImmutableDictionary<EdgePort, EdgeHost> Otherwise { get; private init; } = ImmutableDictionary<EdgePort, EdgeHost>.Empty;

    /// <summary>The doors beside the main ones that some app asks for, each once, lowest first.</summary>
    public ImmutableArray<EdgePort> ExtraPorts =>
        [.. Extra.Values.SelectMany(ports => ports).Distinct().OrderBy(port => port.Number).ThenBy(port => port.Secure)];

    /// <summary>The apps that ask for such doors: the same object until one of them changes its mind.</summary>
    internal ImmutableDictionary<AppName, ImmutableArray<EdgePort>> Extra { get; private init; } =
        ImmutableDictionary<AppName, ImmutableArray<EdgePort>>.Empty;

    /// <summary>The addresses among the names of all apps; hardly ever is there one.</summary>
    private ImmutableHashSet<IPAddress> Addresses { get; init; } = [];

    private ImmutableDictionary<AppName, ImmutableArray<DomainName>> Apps { get; init; } =
        ImmutableDictionary<AppName, ImmutableArray<DomainName>>.Empty;

    /// <summary>Gives an app these hosts and no others. A name or door that another app holds changes hands.</summary>
    /// <param name="app">Must be the app of every host.</param>
    /// <param name="hosts">Its names, wildcards included; none is the same as <see cref="WithoutApp"/>.</param>
    /// <param name="otherwise">What it does, at the doors named there, for names that nobody has; null for nothing.</param>
    public EdgeSnapshot WithApp(
        AppName app, IEnumerable<KeyValuePair<DomainName, EdgeHost>> hosts, EdgeHost? otherwise = null)
    {
        var wanted = hosts.ToImmutableArray();
        if (wanted.FirstOrDefault(pair => pair.Value.App != app).Key is { } stray)
        {
            throw new ArgumentException($"The host {stray} belongs to another app than {app}.", nameof(hosts));
        }

        if (otherwise is not null && otherwise.App != app)
        {
            throw new ArgumentException($"What answers otherwise belongs to another app than {app}.", nameof(otherwise));
        }

        return this with
        {
            Hosts = Hosts.Change(NamesOf(app), wanted),
            Otherwise = WithOtherwise(app, otherwise),
            Extra = WithExtra(Extra, app, [.. wanted.Select(pair => pair.Value), .. otherwise is null ? (ReadOnlySpan<EdgeHost>)[] : [otherwise]]),
            Addresses = Moved(Addresses, app, wanted),
            Apps = wanted.IsEmpty ? Apps.Remove(app) : Apps.SetItem(app, [.. wanted.Select(pair => pair.Key)]),
        };
    }

    /// <summary>Gives many apps these hosts and no others, in one step; none of them may do anything for names that nobody has.</summary>
    /// <param name="apps">Each once; a name with one of them only.</param>
    public EdgeSnapshot WithApps(IReadOnlyCollection<KeyValuePair<AppName, ImmutableArray<KeyValuePair<DomainName, EdgeHost>>>> apps)
    {
        var (names, extra, addresses) = (Apps.ToBuilder(), Extra, Addresses);
        foreach (var (app, hosts) in apps)
        {
            if (!extra.IsEmpty || !addresses.IsEmpty || hosts.Any(static pair => pair.Key.Address is not null || pair.Value.Ports.Any(static port => port.IsExtra)))
            {
                extra = WithExtra(extra, app, [.. hosts.Select(pair => pair.Value)]);
                addresses = Moved(addresses, app, hosts);
            }

            if (hosts.IsEmpty)
            {
                names.Remove(app);
            }
            else
            {
                names[app] = [.. hosts.Select(pair => pair.Key)];
            }
        }

        return this with
        {
            Hosts = Hosts.Change(Apps.IsEmpty ? [] : apps.SelectMany(pair => NamesOf(pair.Key)), apps.SelectMany(pair => pair.Value)),
            Extra = extra,
            Addresses = addresses,
            Apps = names.ToImmutable(),
        };
    }

    /// <summary>Takes an app's hosts away.</summary>
    public EdgeSnapshot WithoutApp(AppName app) => WithApp(app, []);

    /// <summary>Sends an app's visitors to other processes from now on; its names and certificates stay.</summary>
    public EdgeSnapshot WithTargets(AppName app, ImmutableArray<EdgeTarget> targets) =>
        WithEach(app, (_, host) => host with { Targets = targets });

    /// <summary>Serves a certificate for those of an app's names that it is said to cover.</summary>
    public EdgeSnapshot WithCertificate(AppName app, EdgeCertificate? certificate, Func<DomainName, bool> covers) =>
        WithEach(app, (name, host) => name is not null && covers(name) ? host with { Certificate = certificate } : host);

    /// <summary>Answers an HTTP-01 challenge on every host, known or not.</summary>
    /// <param name="token">As the CA sent it.</param>
    /// <param name="keyAuthorization">The token, a dot and the account key's thumbprint (RFC 8555 §8.1).</param>
    public EdgeSnapshot WithChallenge(string token, string keyAuthorization) =>
        this with { Challenges = Challenges.SetItem(token, keyAuthorization) };

    public EdgeSnapshot WithoutChallenge(string token) => this with { Challenges = Challenges.Remove(token) };

    /// <summary>Answers a TLS-ALPN-01 challenge at every door that speaks TLS; the newest for a name counts.</summary>
    public EdgeSnapshot WithTlsChallenge(EdgeTlsChallenge challenge) =>
        this with { TlsChallenges = TlsChallenges.SetItem(challenge.ServerName, challenge) };

    /// <summary>Whether a TLS-ALPN-01 challenge is open for the server name.</summary>
    public bool HasTlsChallenge(string serverName) => TlsChallenges.ContainsKey(serverName);

    /// <summary>Takes a challenge away, unless another has taken its place.</summary>
    public EdgeSnapshot WithoutTlsChallenge(EdgeTlsChallenge challenge) =>
        TlsChallenges.GetValueOrDefault(challenge.ServerName) == challenge
            ? this with { TlsChallenges = TlsChallenges.Remove(challenge.ServerName) }
            : this;

    /// <summary>The names an app holds now.</summary>
    public IEnumerable<DomainName> NamesOf(AppName app) =>
        Apps.GetValueOrDefault(app, []).Where(name => Hosts[name]?.App == app);

    /// <summary>
    /// Who answers a visitor: the exact name, else its wildcard, else what the door has for all others. One who names no host, as those do
    /// who come to an address over TLS (RFC 6066 §3), is asking for the address they came to.
    /// </summary>
    /// <param name="port">The door they came by.</param>
    /// <param name="name">A Host header or SNI as the visitor sent it; empty for none.</param>
    /// <param name="local">The address of this machine they came to; null when it is not known.</param>
    internal EdgeHost? Find(EdgePort port, ReadOnlySpan<char> name, IPAddress? local)
    {
        var host = (name.IsEmpty ? At(local) : Hosts.Find(name)) ?? Otherwise.GetValueOrDefault(port);
        return host is not null && host.Answers(port, local) ? host : null;
    }

    private EdgeHost? At(IPAddress? local)
    {
        if (local is null || Addresses.IsEmpty)
        {
            return null;
        }

        var plain = local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
        return Find(plain) ?? ((IsPrivate(plain) || IPAddress.IsLoopback(plain)) && Outside() is { } outside ? Find(outside) : null);
    }

    private EdgeHost? Find(IPAddress address)
    {
        Span<char> text = stackalloc char[64];
        if (!address.TryFormat(text, out var length))
        {
            return null;
        }

        // The table takes an IPv6 address as a URL has it.
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Hosts.Find($"[{text[..length]}]") : Hosts.Find(text[..length]);
    }

    // Behind a router or in a cloud a machine does not know the public address visitors came to. Where apps have one alone, it was that.
    private IPAddress? Outside()
    {
        IPAddress? only = null;
        foreach (var address in Addresses)
        {
            if (address.AddressFamily == AddressFamily.InterNetwork && !IsPrivate(address) && !IPAddress.IsLoopback(address))
            {
                if (only is not null)
                {
                    return null;
                }

                only = address;
            }
        }

        return only;
    }

    // RFC 1918 and RFC 6598.
    private static bool IsPrivate(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.AddressFamily == AddressFamily.InterNetwork && address.TryWriteBytes(bytes, out _)
            && (bytes[0], bytes[1]) is (10, _) or (172, >= 16 and <= 31) or (192, 168) or (100, >= 64 and <= 127);
    }

    private ImmutableDictionary<EdgePort, EdgeHost> WithOtherwise(AppName app, EdgeHost? otherwise)
    {
        var others = Otherwise.RemoveRange(Otherwise.Where(pair => pair.Value.App == app).Select(pair => pair.Key));
        return otherwise is null ? others : others.SetItems(otherwise.Ports.Select(port => KeyValuePair.Create(port, otherwise)));
    }

    private EdgeSnapshot WithEach(AppName app, Func<DomainName?, EdgeHost, EdgeHost> change) => this with
    {
        Hosts = Hosts.Change([], NamesOf(app).Select(name => KeyValuePair.Create(name, change(name, Hosts[name]!)))),
        Otherwise = Otherwise.SetItems(
            Otherwise.Where(pair => pair.Value.App == app).Select(pair => KeyValuePair.Create(pair.Key, change(null, pair.Value)))),
    };

    private ImmutableHashSet<IPAddress> Moved(
        ImmutableHashSet<IPAddress> addresses, AppName app, ImmutableArray<KeyValuePair<DomainName, EdgeHost>> wanted) =>
        addresses.IsEmpty && wanted.All(pair => pair.Key.Address is null) ? addresses : addresses
            .Except(NamesOf(app).Select(name => name.Address).OfType<IPAddress>())
            .Union(wanted.Select(pair => pair.Key.Address).OfType<IPAddress>());

    private static ImmutableDictionary<AppName, ImmutableArray<EdgePort>> WithExtra(
        ImmutableDictionary<AppName, ImmutableArray<EdgePort>> extra, AppName app, ImmutableArray<EdgeHost> hosts)
    {
        // Hardly any app has one.
        if (extra.IsEmpty && hosts.All(host => host.Ports.All(port => !port.IsExtra)))
        {
            return extra;
        }

        ImmutableArray<EdgePort> ports = [.. hosts.SelectMany(host => host.Ports).Where(port => port.IsExtra).Distinct()];
        return ports.IsEmpty ? extra.Remove(app)
            : extra.TryGetValue(app, out var before) && before.SequenceEqual(ports) ? extra
            : extra.SetItem(app, ports);
    }
}
