namespace Berth.Authority.Storage;

internal sealed record ChallengeRecord
{
    internal required string Id { get; init; }

    internal required string AuthorizationId { get; init; }

    /// <summary><c>http-01</c>.</summary>
    internal required string Type { get; init; }

    /// <summary>256 random bits, base64url (§8.1 asks for at least 128).</summary>
    internal required string Token { get; init; }

    internal required ChallengeStatus Status { get; init; }

    internal DateTimeOffset? Validated { get; init; }

    /// <summary>A problem document as JSON.</summary>
    internal string? Error { get; init; }
}
