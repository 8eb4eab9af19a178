using System.Net;
using System.Net.Sockets;

namespace Berth.Acme.Challenges;

/// <summary>An address as a name in DNS (RFC 1035 §3.5, RFC 3596 §2.5).</summary>
public static class ReverseName
{
    /// <returns><c>4.3.2.1.in-addr.arpa</c>, or 32 nibbles and <c>ip6.arpa</c>.</returns>
    public static string Of(IPAddress address)
    {
        var octets = address.GetAddressBytes();
        Array.Reverse(octets);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? string.Join('.', octets) + ".in-addr.arpa"
            : string.Concat(octets.Select(octet => $"{octet & 15:x}.{octet >> 4:x}.")) + "ip6.arpa";
    }
}
