using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Berth.Kernel;

/// <summary>Tells addresses that are for a special purpose (IANA's registries, RFC 6890) from those the internet reaches.</summary>
public static class SpecialAddress
{
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly ImmutableArray<(IPNetwork Network, string Kind)> Private = Table(
        ("127.0.0.0/8", "a loopback"), ("10.0.0.0/8", "a private"), ("172.16.0.0/12", "a private"),
        ("192.168.0.0/16", "a private"), ("100.64.0.0/10", "a carrier's shared"), ("::1/128", "a loopback"),
        ("fc00::/7", "a private"));

    // Also what embeds an IPv4 address (6to4, Teredo, NAT64).
    private static readonly ImmutableArray<(IPNetwork Network, string Kind)> Reserved = Table(
        ("0.0.0.0/8", "a reserved"), ("169.254.0.0/16", "a link-local"), ("192.0.0.0/24", "a reserved"),
        ("192.0.2.0/24", "a documentation"), ("192.31.196.0/24", "a reserved"), ("192.52.193.0/24", "a reserved"),
        ("192.88.99.0/24", "a reserved"), ("192.175.48.0/24", "a reserved"), ("198.18.0.0/15", "a benchmarking"),
        ("198.51.100.0/24", "a documentation"), ("203.0.113.0/24", "a documentation"), ("224.0.0.0/4", "a multicast"),
        ("240.0.0.0/4", "a reserved"), ("::/128", "an unspecified"), ("::/96", "a reserved"), ("64:ff9b::/96", "a translated"),
        ("64:ff9b:1::/48", "a translated"), ("100::/64", "a discard-only"), ("2001::/23", "a reserved"),
        ("2001:db8::/32", "a documentation"), ("2002::/16", "a translated"), ("2620:4f:8000::/48", "a reserved"),
        ("3fff::/20", "a documentation"), ("5f00::/16", "a reserved"), ("fe80::/10", "a link-local"),
        ("fec0::/10", "a reserved"), ("ff00::/8", "a multicast"));

    /// <param name="address">Not an IPv4 address in the form of IPv6.</param>
    /// <returns>The kind of an address that works inside a private network alone, with its article: <c>a loopback</c>; null for others.</returns>
    public static string? PrivateKind(IPAddress address) => KindIn(Private, address);

    /// <param name="address">Not an IPv4 address in the form of IPv6.</param>
    /// <returns>The kind of an address no server has at all, with its article: <c>a multicast</c>; null for others.</returns>
    public static string? ReservedKind(IPAddress address) => KindIn(Reserved, address)
        ?? (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address) && PrivateKind(address) is null ? "an unassigned" : null);

    /// <summary>Whether nobody outside can reach it.</summary>
    public static bool IsNotPublic(IPAddress address) => PrivateKind(address) is not null || ReservedKind(address) is not null;

    /// <summary>Whether a network holds an address; one of the other family holds none.</summary>
    public static bool Holds(IPNetwork network, IPAddress address) =>
        network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);

    /// <returns>The kind beside the first network that holds the address, or null.</returns>
    public static string? KindIn(ImmutableArray<(IPNetwork Network, string Kind)> table, IPAddress address)
    {
        foreach (var (network, kind) in table)
        {
            if (Holds(network, address))
            {
                return kind;
            }
        }

        return null;
    }

    /// <returns>An interface's address without the number of its interface, which no address in DNS carries.</returns>
    public static IPAddress WithoutScope(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;

    /// <param name="rows">Networks as <c>10.0.0.0/8</c>, each with its kind.</param>
    public static ImmutableArray<(IPNetwork Network, string Kind)> Table(params ReadOnlySpan<(string Network, string Kind)> rows)
    {
        var table = ImmutableArray.CreateBuilder<(IPNetwork, string)>(rows.Length);
        foreach (var (network, kind) in rows)
        {
            table.Add((IPNetwork.Parse(network), kind));
        }

        return table.MoveToImmutable();
    }
}
