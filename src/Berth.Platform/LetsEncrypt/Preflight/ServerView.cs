namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>What the server says of itself before anything is ordered.</summary>
/// <param name="Failure">Why it does not answer; null when it does.</param>
/// <param name="CaaIdentities">The names it answers to in CAA records; empty when it does not say.</param>
/// <param name="AccountUrl">The account's URL, if it is registered.</param>
/// <param name="ClockSkew">Its clock minus this machine's.</param>
public sealed record ServerView(Kernel.Problem? Failure, IReadOnlyList<string> CaaIdentities, string? AccountUrl, TimeSpan? ClockSkew)
{
    /// <summary>The profiles it lists; null where it does not answer.</summary>
    public IReadOnlyCollection<string>? Profiles { get; init; }

    /// <summary>Why no order could be placed with the account, or none be registered; null where one can.</summary>
    public Kernel.Problem? Account { get; init; }
}
