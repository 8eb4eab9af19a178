using Berth.Platform.Processes.Launching;

namespace Berth.Platform.Processes.Supervision;

/// <summary>One start of an instance's program.</summary>
/// <param name="Process">The program.</param>
/// <param name="Port">The port it was given.</param>
/// <param name="Since">When it was started.</param>
internal sealed record Run(RunningProcess Process, int Port, DateTimeOffset Since);
