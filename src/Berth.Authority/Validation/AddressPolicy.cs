using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Berth.Authority.Validation;

/// <summary>Decides which addresses a validation may connect to, so that no name can make the authority probe its own network.</summary>
/// <param name="allowPrivate">True in a private network: loopback, RFC 1918, RFC 6598 and unique local addresses are fine.</param>
/// <param name="named">Networks the operator has named: what lies in them may be used, whatever registry it is in.</param>
internal sealed class AddressPolicy(bool allowPrivate, ImmutableArray<IPNetwork> named)
{
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    // Where clouds hand out credentials to whoever asks; no name of a customer leads there, and no network that is named means them.
    private static readonly ImmutableArray<(IPNetwork Network, string Kind)> Metadata = Table(
        ("169.254.169.254/32", "a link-local (cloud metadata)"), ("169.254.170.2/32", "a link-local (cloud metadata)"),
        ("fd00:ec2::254/128", "a cloud metadata"), ("100.100.100.200/32", "a cloud metadata"),
        ("192.0.0.192/32", "a cloud metadata"), ("168.63.129.16/32", "a cloud metadata"), ("fd20:ce::254/128", "a cloud metadata"));

    private static readonly ImmutableArray<(IPNetwork Network, string Kind)> Private = Table(
        ("127.0.0.0/8", "a loopback"), ("10.0.0.0/8", "a private"), ("172.16.0.0/12", "a private"),
        ("192.168.0.0/16", "a private"), ("100.64.0.0/10", "a carrier's shared"), ("::1/128", "a loopback"),
        ("fc00::/7", "a private"));

    // The special-purpose registries of RFC 6890; also what embeds an IPv4 address (6to4, Teredo, NAT64).
    private static readonly ImmutableArray<(IPNetwork Network, string Kind)> Never = Table(
        ("0.0.0.0/8", "a reserved"), ("169.254.0.0/16", "a link-local"), ("192.0.0.0/24", "a reserved"),
        ("192.0.2.0/24", "a documentation"), ("192.31.196.0/24", "a reserved"), ("192.52.193.0/24", "a reserved"),
        ("192.88.99.0/24", "a reserved"), ("192.175.48.0/24", "a reserved"), ("198.18.0.0/15", "a benchmarking"),
        ("198.51.100.0/24", "a documentation"), ("203.0.113.0/24", "a documentation"), ("224.0.0.0/4", "a multicast"),
        ("240.0.0.0/4", "a reserved"), ("::/128", "an unspecified"), ("::/96", "a reserved"), ("64:ff9b::/96", "a translated"),
        ("64:ff9b:1::/48", "a translated"), ("100::/64", "a discard-only"), ("2001::/23", "a reserved"),
        ("2001:db8::/32", "a documentation"), ("2002::/16", "a translated"), ("2620:4f:8000::/48", "a reserved"),
        ("3fff::/20", "a documentation"), ("5f00::/16", "a reserved"), ("fe80::/10", "a link-local"),
        ("fec0::/10", "a reserved"), ("ff00::/8", "a multicast"));

    /// <returns>Null when it may be used; otherwise the kind of address: <c>a link-local</c>.</returns>
    internal string? WhyNot(IPAddress address)
    {
        var plain = WithoutScope(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        if (KindOf(plain, Metadata) is { } metadata)
        {
            return metadata;
        }

        if (named.Any(network => Holds(network, plain)))
        {
            return null;
        }

        return KindOf(plain, Private) is { } kind
            ? allowPrivate ? null : kind
            : KindOf(plain, Never) ?? (plain.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(plain) ? "an unassigned" : null);
    }

    private static string? KindOf(IPAddress address, ImmutableArray<(IPNetwork Network, string Kind)> table)
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

    private static bool Holds(IPNetwork network, IPAddress address) =>
        network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);

    private static IPAddress WithoutScope(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;

    private static ImmutableArray<(IPNetwork, string)> Table(params ReadOnlySpan<(string Network, string Kind)> rows)
    {
        var table = ImmutableArray.CreateBuilder<(IPNetwork, string)>(rows.Length);
        foreach (var (network, kind) in rows)
        {
            table.Add((IPNetwork.Parse(network), kind));
        }

        return table.MoveToImmutable();
    }
}
