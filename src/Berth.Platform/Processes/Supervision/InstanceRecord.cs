using Berth.Kernel;

namespace Berth.Platform.Processes.Supervision;

/// <summary>What the next daemon needs to take a process over. Holds no secret.</summary>
/// <param name="App">The app.</param>
/// <param name="Type">The process type.</param>
/// <param name="Index">From 1.</param>
/// <param name="Id">The instance.</param>
/// <param name="ReleaseId">The release.</param>
/// <param name="Pid">The process; also its session and group.</param>
/// <param name="StartTime">In clock ticks since boot: with pid and boot id it names one process for ever.</param>
/// <param name="BootId">The machine's start.</param>
/// <param name="Port">The port it was given.</param>
/// <param name="Since">When it was started.</param>
/// <param name="Digest">What it was started with, see <see cref="PlanDigest"/>; empty in records of earlier versions.</param>
internal sealed record InstanceRecord(
    string App,
    string Type,
    int Index,
    string Id,
    string ReleaseId,
    int Pid,
    ulong StartTime,
    string BootId,
    int Port,
    DateTimeOffset Since,
    string Digest = "")
{
    /// <summary>A record is only believed when all of it is of the kind that is written.</summary>
    public bool IsSound =>
        AppName.TryParse(App, out _)
        && ProcessType.TryParse(Type, out _)
        && Id is { Length: > 0 and <= 64 } && Id.All(char.IsAsciiLetterOrDigit)
        && ReleaseId is { Length: > 0 and <= 200 }
        && BootId is not null
        && Digest is not null
        && Index >= 1 && Pid > 1 && Port is > 0 and <= 65535;
}
