using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;

namespace Berth.Acme.Dns;

/// <summary>Asks DNS; a server that does not answer is an empty answer, never an exception.</summary>
internal sealed class DnsResolver
{
    private const int MostAliases = 16;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    private readonly Lazy<LookupClient> _recursive;

    internal DnsResolver(IReadOnlyList<IPEndPoint> resolvers) => _recursive = new(() => new LookupClient(
        Common(resolvers.Count == 0 ? new LookupClientOptions() : new LookupClientOptions([.. resolvers]))));

    /// <summary>Follows aliases to the name that holds the records.</summary>
    internal async Task<string> TargetOfAsync(string name, CancellationToken cancel)
    {
        for (var i = 0; i < MostAliases; i++)
        {
            var answer = await AskAsync(name, QueryType.CNAME, cancel);
            var alias = answer?.Answers.OfType<CNameRecord>().FirstOrDefault(record => Text(record.DomainName) == name);
            if (alias is null)
            {
                return name;
            }

            name = Text(alias.CanonicalName);
        }

        return name;
    }

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
                var apex = Text(record.DomainName);
                if (apex.Length > 0 && (apex == name || name.EndsWith("." + apex, StringComparison.Ordinal)))
                {
                    return apex;
                }
            }
        }

        return null;
    }

    /// <summary>The addresses of each of the zone's name servers: IPv4 where there is one, IPv6 otherwise.</summary>
    internal async Task<IReadOnlyDictionary<string, IReadOnlyList<IPAddress>>> ServersOfAsync(string zone, CancellationToken cancel)
    {
        Dictionary<string, IReadOnlyList<IPAddress>> servers = new(StringComparer.Ordinal);
        var answer = await AskAsync(zone, QueryType.NS, cancel);
        foreach (var server in answer?.Answers.OfType<NsRecord>() ?? [])
        {
            var host = Text(server.NSDName);
            var addresses = await AddressesOfAsync(host, QueryType.A, cancel);
            servers[host] = addresses.Count > 0 ? addresses : await AddressesOfAsync(host, QueryType.AAAA, cancel);
        }

        return servers;
    }

    /// <summary>Asks one server itself for a name's TXT values.</summary>
    /// <returns>Null when it gave no answer.</returns>
    internal static async Task<IReadOnlyList<string>?> TextAtAsync(IPEndPoint server, string name, CancellationToken cancel)
    {
        var client = new LookupClient(Common(new LookupClientOptions(server) { Recursion = false }));
        return await AskAsync(client, name, QueryType.TXT, cancel) is { } answer
            ? [.. answer.Answers.OfType<TxtRecord>().Select(record => string.Concat(record.Text))]
            : null;
    }

    private async Task<IReadOnlyList<IPAddress>> AddressesOfAsync(string host, QueryType type, CancellationToken cancel) =>
        (await AskAsync(host, type, cancel))?.Answers.OfType<AddressRecord>().Select(record => record.Address).ToList() ?? [];

    private Task<IDnsQueryResponse?> AskAsync(string name, QueryType type, CancellationToken cancel) =>
        AskAsync(_recursive.Value, name, type, cancel);

    private static async Task<IDnsQueryResponse?> AskAsync(
        LookupClient client, string name, QueryType type, CancellationToken cancel)
    {
        try
        {
            return await client.QueryAsync(name, type, cancellationToken: cancel) is { } answer
                && answer.Header.ResponseCode is DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain
                    ? answer
                    : null;
        }
        catch (Exception e) when (e is DnsResponseException or SocketException or IOException or InvalidOperationException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    private static LookupClientOptions Common(LookupClientOptions options)
    {
        options.UseCache = false;
        options.Timeout = AnswerTimeout;
        options.Retries = 2;
        options.ThrowDnsErrors = false;
        options.ContinueOnDnsError = true;
        return options;
    }

    private static string Text(DnsString name) => name.Value.TrimEnd('.').ToLowerInvariant();

    internal static string ParentOf(string name) => name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? name[(dot + 1)..] : "";
}
