namespace Berth.Platform.Processes;

/// <summary>Which lines of an app are wanted.</summary>
public sealed record LogQuery
{
    /// <summary>The most lines of the past that are read from one instance.</summary>
    public const int LineLimit = 10_000;

    /// <summary>How many of the last lines of each instance; cut at <see cref="LineLimit"/>.</summary>
    public int Lines { get; init; } = 100;

    /// <summary>True goes on with new lines until cancelled.</summary>
    public bool Follow { get; init; }

    /// <summary>Only this type.</summary>
    public ProcessType? Type { get; init; }

    /// <summary>Only this place in the formation.</summary>
    public int? Index { get; init; }

    /// <summary>True reads what the last instance that failed to start printed, instead of those in service.</summary>
    public bool Failed { get; init; }
}
