using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>Tells addresses apart: this machine's own, and those of networks that stand in front of others.</summary>
internal static class Addresses
{
    // As the networks publish them: https://www.cloudflare.com/ips/ and https://api.fastly.com/public-ip-list.
    private static readonly (string Name, IPNetwork[] Networks)[] InFront =
    [
        ("Cloudflare", Networks(
            "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "104.16.0.0/13", "104.24.0.0/14", "108.162.192.0/18", "131.0.72.0/22",
            "141.101.64.0/18", "162.158.0.0/15", "172.64.0.0/13", "173.245.48.0/20", "188.114.96.0/20", "190.93.240.0/20",
            "197.234.240.0/22", "198.41.128.0/17", "2400:cb00::/32", "2405:8100::/32", "2405:b500::/32", "2606:4700::/32", "2803:f800::/32",
            "2a06:98c0::/29", "2c0f:f248::/32")),
        ("Fastly", Networks("151.101.0.0/16", "199.232.0.0/16", "167.82.0.0/17", "157.52.64.0/18", "23.235.32.0/20", "2a04:4e40::/32", "2a04:4e42::/32")),
    ];

    /// <summary>Those of this machine's interfaces, loopback included.</summary>
    internal static IReadOnlySet<IPAddress> OfThisMachine()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                .Select(unicast => SpecialAddress.WithoutScope(unicast.Address))
                .ToHashSet();
        }
        catch (NetworkInformationException)
        {
            return new HashSet<IPAddress> { IPAddress.Loopback, IPAddress.IPv6Loopback };
        }
    }

    /// <returns>Whose network it is in, if it is one that passes requests on to others' servers; null otherwise.</returns>
    internal static string? NetworkInFront(IPAddress address) =>
        InFront.FirstOrDefault(network => network.Networks.Any(range => range.Contains(address))).Name;

    /// <summary>Whether some interface has an address of the family that the internet can reach.</summary>
    internal static bool HasPublic(IReadOnlySet<IPAddress> own, AddressFamily family) =>
        own.Any(address => address.AddressFamily == family && !SpecialAddress.IsNotPublic(address));

    private static IPNetwork[] Networks(params string[] texts) => [.. texts.Select(text => IPNetwork.Parse(text))];
}
