using System.Collections.Immutable;
using System.Net;

namespace Berth.Acme.Dns;

/// <summary>Looks whether every authoritative server shows a TXT value that proves: the CA may ask any of them.</summary>
internal sealed class Propagation(DnsResolver resolver, int port, TimeProvider time)
{
    /// <returns>The servers that did not show it in the end; empty when all do, or when there is none to ask.</returns>
    internal async Task<IReadOnlyList<string>> WaitAsync(
        string zone, string name, Predicate<string> proves, DnsPatience patience, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        IReadOnlyDictionary<string, IReadOnlyList<IPAddress>> servers = ImmutableDictionary<string, IReadOnlyList<IPAddress>>.Empty;
        while (true)
        {
            servers = servers.Count == 0 ? await resolver.ServersOfAsync(zone, cancel) : servers;
            var blind = await BlindAsync(servers, name, proves, cancel);
            if ((blind.Count == 0 && servers.Count > 0) || time.GetElapsedTime(start) + patience.Interval > patience.Timeout)
            {
                return servers.Count == 0 ? [$"the name servers of {zone} are not known"] : blind;
            }

            await Task.Delay(patience.Interval, time, cancel);
        }
    }

    /// <summary>True when every server shows it now.</summary>
    internal async Task<bool> IsSeenAsync(string zone, string name, Predicate<string> proves, CancellationToken cancel)
    {
        var servers = await resolver.ServersOfAsync(zone, cancel);
        return servers.Count > 0 && (await BlindAsync(servers, name, proves, cancel)).Count == 0;
    }

    /// <summary>All values that any of the servers shows.</summary>
    internal async Task<IReadOnlyList<string>> ValuesAsync(string zone, string name, CancellationToken cancel)
    {
        var servers = await resolver.ServersOfAsync(zone, cancel);
        var looks = servers.SelectMany(server => server.Value).Select(address => DnsResolver.TextAtAsync(new IPEndPoint(address, port), name, cancel));
        return [.. (await Task.WhenAll(looks)).SelectMany(values => values ?? []).Distinct()];
    }

    private async Task<IReadOnlyList<string>> BlindAsync(
        IReadOnlyDictionary<string, IReadOnlyList<IPAddress>> servers, string name, Predicate<string> proves, CancellationToken cancel)
    {
        var looks = servers.SelectMany(server => server.Value.Select(async address =>
        {
            var values = await DnsResolver.TextAtAsync(new IPEndPoint(address, port), name, cancel);
            return (server.Key, Shows: values?.Any(value => proves(value)) == true);
        }));
        var seen = await Task.WhenAll(looks);
        var without = servers.Where(server => server.Value.Count == 0).Select(server => server.Key);
        return [.. seen.Where(look => !look.Shows).Select(look => look.Key).Concat(without).Distinct()];
    }
}
