namespace Berth.Platform.Processes;

/// <summary>How a program ended.</summary>
/// <param name="Code">0 … 255; 128 + N for signal N; null when nobody saw it, as with a process taken over from an earlier daemon.</param>
/// <param name="Reason">Why it could not be started or was not kept, if that is what happened.</param>
public sealed record ExitStatus(int? Code, string? Reason = null)
{
    public bool IsSuccess => Code == 0 && Reason is null;

    /// <returns>The end of a sentence: <c>exited with status 1</c>.</returns>
    public override string ToString() => this switch
    {
        { Reason: { } reason } => reason,
        { Code: null } => "ended with a status nobody saw",
        { Code: 137 } => "was killed (SIGKILL, or out of memory)",
        { Code: 139 } => "crashed (SIGSEGV)",
        { Code: 134 } => "aborted (SIGABRT)",
        { Code: 143 } => "was terminated (SIGTERM)",
        _ => $"exited with status {Code}",
    };
}
