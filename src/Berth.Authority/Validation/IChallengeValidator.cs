namespace Berth.Authority.Validation;

/// <summary>Looks for the proof of one challenge type.</summary>
internal interface IChallengeValidator
{
    /// <summary>Called once for each perspective and attempt; the token ends it when its time is up.</summary>
    /// <returns>Until when the proof itself says that it holds; null when it does not say.</returns>
    /// <exception cref="ValidationFailure">It is not there.</exception>
    Task<DateTimeOffset?> ProveAsync(ValidationTarget target, Perspective view, CancellationToken cancel);
}
