namespace Berth.Acme.Looking;

/// <summary>One CAA record (RFC 8659 §4.1).</summary>
/// <param name="Flags">128 for one that must be understood.</param>
/// <param name="Tag"><c>issue</c>, <c>issuewild</c>, <c>iodef</c> or what is not known.</param>
/// <param name="Value">As it stands in DNS.</param>
public sealed record CaaProperty(byte Flags, string Tag, string Value);
