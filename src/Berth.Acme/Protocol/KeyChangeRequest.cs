namespace Berth.Acme.Protocol;

/// <summary>The inner payload of a key change (RFC 8555 §7.3.5).</summary>
public sealed record KeyChangeRequest
{
    /// <summary>The account's URL.</summary>
    public required string Account { get; init; }

    /// <summary>The key that counts until now.</summary>
    public required JsonWebKey OldKey { get; init; }
}
