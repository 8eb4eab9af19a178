namespace Berth.Platform.Builds;

/// <summary>One build or deploy, as kept in <c>data/builds/&lt;app&gt;/&lt;id&gt;.json</c>.</summary>
public sealed record BuildRecord
{
    /// <summary>Digits and lower-case letters; later ones sort behind earlier ones.</summary>
    public required string Id { get; init; }

    public required string App { get; init; }

    /// <summary><see cref="BuildSource.BuildKind"/> or <see cref="BuildSource.DeployKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The process that does it.</summary>
    public required int Pid { get; init; }

    public required DateTime StartedAt { get; init; }

    /// <summary>Null while it runs.</summary>
    public DateTime? FinishedAt { get; init; }

    /// <summary>One of <see cref="BuildStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The command, see <see cref="BuildSource"/>.</summary>
    public required string Source { get; init; }

    /// <summary>0 when it succeeded; -1 when nobody saw its end.</summary>
    public int? ExitCode { get; init; }

    /// <summary>What to show: a record whose process is gone is abandoned.</summary>
    public string DisplayStatus => IsLive || Status != BuildStatus.Running ? Status : BuildStatus.Abandoned;

    /// <summary>True while its process is there to go on with it.</summary>
    public bool IsLive => Status == BuildStatus.Running && Pid > 0 && Directory.Exists(FormattableString.Invariant($"/proc/{Pid}"));

    /// <returns>From start to end, or to now; in whole seconds, never negative.</returns>
    public TimeSpan DurationAt(DateTimeOffset now)
    {
        var spent = (FinishedAt ?? now.UtcDateTime) - StartedAt;
        return spent < TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Round(spent.TotalSeconds, MidpointRounding.AwayFromZero));
    }
}
