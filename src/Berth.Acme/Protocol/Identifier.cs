using System.Net;

namespace Berth.Acme.Protocol;

/// <summary>What a certificate is asked for (RFC 8555 §9.7.7).</summary>
/// <param name="Type"><see cref="DnsType"/> or <see cref="IpType"/>.</param>
/// <param name="Value">A host name in A-labels, or an address (RFC 8738 §3).</param>
public sealed record Identifier(string Type, string Value)
{
    /// <summary>A host name.</summary>
    public const string DnsType = "dns";

    /// <summary>An address (RFC 8738).</summary>
    public const string IpType = "ip";

    /// <summary>A host name, A-labels in lower case.</summary>
    public static Identifier Dns(string name) => new(DnsType, name);

    /// <summary>An address, IPv6 in the form of RFC 5952 (RFC 8738 §3).</summary>
    public static Identifier Ip(IPAddress address) => new(IpType, address.ToString());

    /// <summary>An address where the text is one as <see cref="Ip"/> writes it, a host name otherwise.</summary>
    public static Identifier Of(string text) =>
        IPAddress.TryParse(text, out var address) && address.ToString() == text ? new(IpType, text) : new(DnsType, text);
}
