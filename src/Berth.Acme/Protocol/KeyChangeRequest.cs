namespace Berth.Acme.Protocol;

/// <summary>The inner payload of a key change (RFC 8555 §7.3.5).</summary>
public sealed record KeyChangeRequest
{
    public required string Account { get; init; }

    public required JsonWebKey OldKey { get; init; }
}
