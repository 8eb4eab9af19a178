using System.Collections.Immutable;

namespace Berth.Authority.Storage;

/// <summary>How a challenge ended, with all that follows from it in one change.</summary>
/// <param name="ChallengeId">Which.</param>
/// <param name="AccountUrl">What the account called itself (RFC 8657 §3), for a later look at CAA.</param>
/// <param name="At">When it was decided, in whole milliseconds, as they are stored.</param>
/// <param name="Expires">Until when the authorization then holds.</param>
/// <param name="Error">A problem document; null when the proof was found.</param>
internal sealed record ChallengeVerdict(string ChallengeId, string AccountUrl, DateTimeOffset At, DateTimeOffset Expires, string? Error)
{
    /// <summary>A challenge as it is after this verdict.</summary>
    internal ChallengeRecord On(ChallengeRecord challenge) => challenge with
    {
        Status = Error is null ? ChallengeStatus.Valid : ChallengeStatus.Invalid,
        Validated = Error is null ? At : null,
        Error = Error,
        AccountUrl = AccountUrl,
    };

    /// <summary>What it takes from, if it is this verdict that decides.</summary>
    internal ImmutableArray<LimitBucket> Cost { get; init; } = [];

    /// <summary>Where failures in a row are counted; null where they are not.</summary>
    internal NameTally? Tally { get; init; }
}
