namespace Berth.Authority.Storage;

internal sealed record ChallengeRecord
{
    internal required string Id { get; init; }

    internal required string AuthorizationId { get; init; }

    /// <summary>One of <see cref="Berth.Acme.Protocol.ChallengeType"/>.</summary>
    internal required string Type { get; init; }

    /// <summary>256 random bits, base64url (§8.1 asks for at least 128).</summary>
    internal required string Token { get; init; }

    internal required ChallengeStatus Status { get; init; }

    internal DateTimeOffset? Validated { get; init; }

    /// <summary>A problem document as JSON: why the last attempt failed.</summary>
    internal string? Error { get; init; }

    /// <summary>The account's URL as the client that started the challenge knows it; null before.</summary>
    internal string? AccountUrl { get; init; }
}
