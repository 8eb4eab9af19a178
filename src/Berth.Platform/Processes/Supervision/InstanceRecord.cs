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
    DateTimeOffset Since);
