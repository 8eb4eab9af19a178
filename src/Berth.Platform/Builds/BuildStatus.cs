namespace Berth.Platform.Builds;

/// <summary>How a build stands, in the words of its record.</summary>
public static class BuildStatus
{
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Canceled = "canceled";

    /// <summary>Its process is gone without a word; never written, only shown.</summary>
    public const string Abandoned = "abandoned";

    public static IReadOnlyList<string> All { get; } = [Running, Succeeded, Failed, Canceled, Abandoned];
}
