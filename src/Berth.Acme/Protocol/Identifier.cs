namespace Berth.Acme.Protocol;

/// <summary>What a certificate is asked for (RFC 8555 §9.7.7).</summary>
/// <param name="Type"><see cref="DnsType"/> or <see cref="IpType"/>.</param>
/// <param name="Value">A host name in A-labels, or an address (RFC 8738 §3).</param>
public sealed record Identifier(string Type, string Value)
{
    public const string DnsType = "dns";

    public const string IpType = "ip";

    public static Identifier Dns(string name) => new(DnsType, name);
}
