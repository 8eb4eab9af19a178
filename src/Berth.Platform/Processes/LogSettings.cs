namespace Berth.Platform.Processes;

/// <summary>Where output is kept, and how much.</summary>
public sealed record LogSettings
{
    /// <summary>Holds a folder per app.</summary>
    public required string Folder { get; init; }

    /// <summary>In bytes. A file that grows larger becomes the older half, so an instance keeps about twice this.</summary>
    public long SizeLimit { get; init; } = 10 * 1024 * 1024;

    /// <summary>How often sizes are looked at, and how often a follower looks for new lines at most.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
}
