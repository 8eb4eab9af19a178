namespace Berth.Authority.Storage;

/// <summary>What a validation needs to know; the key is the account's when the challenge was started.</summary>
internal sealed record ValidationTask
{
    internal required string ChallengeId { get; init; }

    internal required string AccountId { get; init; }

    internal required string Name { get; init; }

    internal required string Token { get; init; }

    internal required string Type { get; init; }

    /// <summary>As the client knows it.</summary>
    internal required string AccountUrl { get; init; }

    /// <summary>RFC 7638 thumbprint of the account's key.</summary>
    internal required string Thumbprint { get; init; }
}
