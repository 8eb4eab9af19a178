using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Berth.Acme.Protocol;
using DnsClient;
using DnsClient.Protocol;

namespace Berth.Authority.Validation;

/// <summary>The world as one resolver shows it. A lie told to one of them is not told to all.</summary>
/// <param name="resolver">Null for the system's own name service.</param>
/// <param name="known">Addresses the operator has fixed; such names are in no DNS.</param>
/// <param name="policy">Which addresses may be used.</param>
internal sealed class Perspective(
    IPEndPoint? resolver, ImmutableDictionary<string, ImmutableArray<IPAddress>> known, AddressPolicy policy)
{
    private readonly RecordLook _dns = new(resolver);

    internal string Name { get; } = resolver?.ToString() ?? "system";

    /// <returns>The first usable IPv6 address and the first usable IPv4 address, in this order; at least one.</returns>
    /// <param name="host">A host name, or an address that stands for itself.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="ValidationFailure">No address, or none that may be used.</exception>
    internal async Task<ImmutableArray<IPAddress>> AddressesAsync(string host, CancellationToken cancel)
    {
        var found = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await LookUpAsync(host, cancel);
        if (found.Length == 0)
        {
            throw new ValidationFailure(AcmeError.Dns, $"{host} has no address in DNS.");
        }

        var usable = found.Where(address => policy.WhyNot(address) is null).ToList();
        if (usable.Count == 0)
        {
            throw new ValidationFailure(
                AcmeError.RejectedIdentifier,
                $"{host} has the address {found[0]}, {policy.WhyNot(found[0])} address; no validation goes there.");
        }

        return
        [
            .. usable.Where(address => address.AddressFamily == AddressFamily.InterNetworkV6).Take(1),
            .. usable.Where(address => address.AddressFamily == AddressFamily.InterNetwork).Take(1),
        ];
    }

    /// <summary>The TXT values at a name, each put together from its pieces.</summary>
    internal async Task<ImmutableArray<string>> TextAsync(string name, CancellationToken cancel) =>
        [.. (await _dns.FindAsync<TxtRecord>(name, QueryType.TXT, cancel)).Select(record => string.Concat(record.Text))];

    /// <summary>The CAA records at exactly this name.</summary>
    internal async Task<ImmutableArray<CaaRecord>> CaaAsync(string name, CancellationToken cancel) =>
        await _dns.FindAsync<CaaRecord>(name, QueryType.CAA, cancel);

    /// <summary>True for names that never were in DNS: localhost by RFC 6761 §6.3, and the operator's table.</summary>
    internal bool IsOutsideDns(string name) => known.ContainsKey(name) || IsLocalhost(name);

    private async Task<ImmutableArray<IPAddress>> LookUpAsync(string name, CancellationToken cancel)
    {
        if (known.TryGetValue(name, out var addresses))
        {
            return addresses;
        }

        if (IsLocalhost(name))
        {
            return [IPAddress.IPv6Loopback, IPAddress.Loopback];
        }

        return resolver is null ? await FromSystemAsync(name, cancel) : await FromDnsAsync(name, cancel);
    }

    private async Task<ImmutableArray<IPAddress>> FromDnsAsync(string name, CancellationToken cancel)
    {
        var six = _dns.FindAsync<AaaaRecord>(name, QueryType.AAAA, cancel);
        var four = await _dns.FindAsync<ARecord>(name, QueryType.A, cancel);
        return [.. (await six).Select(record => record.Address), .. four.Select(record => record.Address)];
    }

    // The system knows /etc/hosts as well, which in a small network is all the name service there is.
    private static async Task<ImmutableArray<IPAddress>> FromSystemAsync(string name, CancellationToken cancel)
    {
        try
        {
            return [.. await Dns.GetHostAddressesAsync(name, cancel)];
        }
        catch (SocketException e)
        {
            throw new ValidationFailure(AcmeError.Dns, e.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData => $"{name} does not exist in DNS, or has no address.",
                _ => $"Looking up {name} failed: {e.Message}.",
            });
        }
    }

    private static bool IsLocalhost(string name) =>
        name == "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal);
}
