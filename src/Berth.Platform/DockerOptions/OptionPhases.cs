using Berth.Kernel;

namespace Berth.Platform.DockerOptions;

/// <summary>When options count: while an image is built, for deployed processes, for one-off runs.</summary>
public static class OptionPhases
{
    public const string Deploy = "deploy";

    public static readonly IReadOnlyList<string> All = ["build", Deploy, "run"];

    /// <param name="list">Names with commas between them; null or empty for none.</param>
    /// <exception cref="ProblemException">A name is no phase.</exception>
    public static IReadOnlyList<string> Parse(string? list)
    {
        if (string.IsNullOrEmpty(list))
        {
            return [];
        }

        var phases = list.Split(',');
        return phases.All(All.Contains) ? [.. phases.Distinct()] : throw DockerOptionProblems.InvalidPhases().AsException();
    }
}
