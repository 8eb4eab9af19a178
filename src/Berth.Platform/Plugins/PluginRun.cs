using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins;

/// <summary>One start of one plugin program.</summary>
internal sealed record PluginRun
{
    /// <summary>The executable.</summary>
    public required string Program { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>All of its environment.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The account to start it under; null for ours.</summary>
    public string? Account { get; init; }

    /// <summary>Where it starts.</summary>
    public required string Folder { get; init; }

    public required SharedInput Input { get; init; }

    /// <summary>Takes what it prints.</summary>
    public required CommandOutput Output { get; init; }
}
