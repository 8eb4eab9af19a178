using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Berth.Acme.Protocol;

namespace Berth.Authority.Validation;

/// <summary>Finds a name's addresses: localhost by RFC 6761 §6.3, then the operator's table, then the system's DNS.</summary>
/// <param name="known">Addresses the operator has fixed.</param>
/// <param name="policy">Which addresses may be used.</param>
internal sealed class NameResolver(ImmutableDictionary<string, ImmutableArray<IPAddress>> known, AddressPolicy policy)
{
    /// <returns>The first usable IPv6 address and the first usable IPv4 address, in this order; at least one.</returns>
    /// <exception cref="ValidationFailure">No address, or none that may be used.</exception>
    internal async Task<ImmutableArray<IPAddress>> ResolveAsync(string name, CancellationToken cancel)
    {
        var found = await LookUpAsync(name, cancel);
        if (found.Length == 0)
        {
            throw new ValidationFailure(AcmeError.Dns, $"{name} has no address.");
        }

        var usable = found.Where(address => policy.WhyNot(address) is null).ToList();
        if (usable.Count == 0)
        {
            throw new ValidationFailure(
                AcmeError.RejectedIdentifier,
                $"{name} has the address {found[0]}, {policy.WhyNot(found[0])} address; no validation goes there.");
        }

        return
        [
            .. usable.Where(address => address.AddressFamily == AddressFamily.InterNetworkV6).Take(1),
            .. usable.Where(address => address.AddressFamily == AddressFamily.InterNetwork).Take(1),
        ];
    }

    private async Task<ImmutableArray<IPAddress>> LookUpAsync(string name, CancellationToken cancel)
    {
        if (known.TryGetValue(name, out var addresses))
        {
            return addresses;
        }

        if (name == "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal))
        {
            return [IPAddress.IPv6Loopback, IPAddress.Loopback];
        }

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
}
