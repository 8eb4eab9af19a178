namespace Berth.Authority.Front;

/// <summary>What a request must be signed with (RFC 8555 §6.2).</summary>
internal enum Signer
{
    /// <summary>An account, named by <c>kid</c>.</summary>
    Account,

    /// <summary>A key, carried as <c>jwk</c>.</summary>
    Key,

    /// <summary>One or the other: revocation only (§7.6).</summary>
    Either,
}
