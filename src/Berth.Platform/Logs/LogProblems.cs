using Berth.Kernel;

namespace Berth.Platform.Logs;

/// <summary>What can be wrong with the <c>logs</c> commands.</summary>
public static class LogProblems
{
    public static readonly ProblemCode SettingInvalid = new("logs-setting-invalid", Contract: true);
    public static readonly ProblemCode VectorMissing = new("logs-vector-missing", Contract: true);

    internal static Problem BadSetting(string found) => new(
        SettingInvalid, found, "`berth logs:report` shows what holds now; `berth explain logs-setting-invalid` what each setting takes.");

    internal static Problem NoVector() => new(
        VectorMissing,
        "Vector container does not exist",
        "Berth runs no containers. Point a Vector of your own at the files below data/logs: one file a process, one line a line.");
}
