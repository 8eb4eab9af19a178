using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>Where output is kept, and how much.</summary>
public sealed record LogSettings
{
    /// <summary>Holds a folder per app.</summary>
    public required string Folder { get; init; }

    /// <summary>In bytes. A file that grows larger becomes the older half, so an instance keeps about twice this.</summary>
    public long SizeLimit { get; init; } = 10 * 1024 * 1024;

    /// <summary>Where an app has a limit of its own (<c>logs:set max-size</c>); null for none.</summary>
    public Func<AppName, long?>? OwnLimit { get; init; }

    /// <summary>How often sizes are looked at, and how often a follower looks for new lines at most.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <returns>The size past which a file of this app is rotated, in bytes.</returns>
    public long LimitOf(AppName app) => OwnLimit?.Invoke(app) ?? SizeLimit;
}
