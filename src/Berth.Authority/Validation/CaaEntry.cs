namespace Berth.Authority.Validation;

/// <summary>One CAA record (RFC 8659 §4.1).</summary>
internal sealed record CaaEntry(int Flags, string Tag, string Value);
