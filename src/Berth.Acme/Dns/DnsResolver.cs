using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Berth.Acme.Looking;
using DnsClient;
using DnsClient.Protocol;

namespace Berth.Acme.Dns;

/// <summary>Asks DNS; a server that does not answer is an empty answer, never an exception.</summary>
internal sealed class DnsResolver
{
    private const int MostAliases = 16;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    private const int Retries = 2;
    private readonly DnsQuestions _recursive;

    internal DnsResolver(IReadOnlyList<IPEndPoint> resolvers) => _recursive = new DnsQuestions(resolvers, AnswerTimeout, Retries);

    /// <summary>Follows aliases to the name that holds the records.</summary>
    internal async Task<string> TargetOfAsync(string name, CancellationToken cancel)
    {
        for (var i = 0; i < MostAliases; i++)
        {
            var answer = await AskAsync(name, QueryType.CNAME, cancel);
            var alias = answer?.Answers.OfType<CNameRecord>().FirstOrDefault(record => DnsQuestions.Text(record.DomainName) == name);
            if (alias is null)
            {
                return name;
            }

            name = DnsQuestions.Text(alias.CanonicalName);
        }

        return name;
    }

    /// <summary>Whether a wildcard makes the name an alias, as any other beside it.</summary>
    internal async Task<bool> IsAliasAsAnyAsync(string name, CancellationToken cancel) => await TargetOfAsync(name, cancel) is var target && target != name
        && await TargetOfAsync($"_{RandomNumberGenerator.GetHexString(16, lowercase: true)}.{ParentOf(name)}", cancel) == target;

    /// <summary>
    /// The apex of the zone a name is in. A resolver that has no such record says in whose name it says so: that is the zone, past
    /// every cut (RFC 2308 §3).
    /// </summary>
    /// <returns>Null when no resolver told.</returns>
    internal async Task<string?> ZoneOfAsync(string name, CancellationToken cancel)
    {
        for (var candidate = name; candidate.Length > 0; candidate = ParentOf(candidate))
        {
            if (await AskAsync(candidate, QueryType.SOA, cancel) is not { } answer)
            {
                return null;
            }

            foreach (var record in answer.Answers.Concat(answer.Authorities).OfType<SoaRecord>())
            {
                var apex = DnsQuestions.Text(record.DomainName);
                if (apex.Length > 0 && (apex == name || name.EndsWith("." + apex, StringComparison.Ordinal)))
                {
                    return apex;
                }
            }
        }

        return null;
    }

    /// <summary>The addresses of each of the zone's name servers: IPv4 where there is one and a way to it, IPv6 otherwise.</summary>
    internal async Task<IReadOnlyDictionary<string, IReadOnlyList<IPAddress>>> ServersOfAsync(string zone, CancellationToken cancel)
    {
        Dictionary<string, IReadOnlyList<IPAddress>> servers = new(StringComparer.Ordinal);
        var answer = await AskAsync(zone, QueryType.NS, cancel);
        foreach (var server in answer?.Answers.OfType<NsRecord>() ?? [])
        {
            var host = DnsQuestions.Text(server.NSDName);
            var addresses = await AddressesOfAsync(host, QueryType.A, cancel);
            servers[host] = addresses.Any(HasRoute) || await AddressesOfAsync(host, QueryType.AAAA, cancel) is not { Count: > 0 } others ? addresses : others;
        }

        return servers;
    }

    /// <summary>Asks one server itself for a name's TXT values.</summary>
    /// <returns>Null when it gave no answer.</returns>
    internal static async Task<IReadOnlyList<string>?> TextAtAsync(IPEndPoint server, string name, CancellationToken cancel)
    {
        return await AskAsync(new DnsQuestions([server], AnswerTimeout, Retries, recursion: false), name, QueryType.TXT, cancel) is { } answer
            ? [.. answer.Answers.OfType<TxtRecord>().Select(record => string.Concat(record.Text))]
            : null;
    }

    // Nothing is sent: the system says whether it knows a way.
    private static bool HasRoute(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(address, 53);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<IPAddress>> AddressesOfAsync(string host, QueryType type, CancellationToken cancel) =>
        (await AskAsync(host, type, cancel))?.Answers.OfType<AddressRecord>().Select(record => record.Address).ToList() ?? [];

    private Task<IDnsQueryResponse?> AskAsync(string name, QueryType type, CancellationToken cancel) => AskAsync(_recursive, name, type, cancel);

    private static async Task<IDnsQueryResponse?> AskAsync(DnsQuestions server, string name, QueryType type, CancellationToken cancel) =>
        await server.AskAsync(name, type, cancel) is (LookOutcome.Found or LookOutcome.NoRecords or LookOutcome.NoSuchName, { } answer) ? answer : null;

    internal static string ParentOf(string name) => name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? name[(dot + 1)..] : "";
}
