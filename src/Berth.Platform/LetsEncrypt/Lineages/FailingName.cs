namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>A name that could not be proved while the others could.</summary>
/// <param name="Name">As ordered.</param>
/// <param name="Code">The problem's code.</param>
/// <param name="Words">What was found.</param>
/// <param name="Failures">How often in a row.</param>
/// <param name="RetryAt">When it is tried again.</param>
public sealed record FailingName(string Name, string Code, string Words, int Failures, DateTimeOffset RetryAt)
{
    /// <summary>The server that was asked, as it was set; null in a state from before this was kept.</summary>
    public string? Server { get; init; }

    /// <param name="others">How many more there are.</param>
    public LineageFailure AsFailure(int others) => new(
        Code,
        Sentences.OfName(Name, Sentences.Ended(Words)) + others switch { 0 => "", 1 => " Another name fails, too.", _ => $" {others} other names fail, too." },
        $"`berth explain {Code}` says what mends it, and letsencrypt:status when it is tried again.");

    public int Failures { get; init => field = Math.Clamp(value, 0, LineageState.MostCounted); } = Math.Clamp(Failures, 0, LineageState.MostCounted);
}
