using Berth.Kernel;

namespace Berth.Platform.Nginx;

/// <summary>What can be wrong with the words of an <c>nginx:*</c> command.</summary>
public static class NginxProblems
{
    public static readonly ProblemCode ValueInvalid = new("nginx-value-invalid");
    public static readonly ProblemCode ConfigMissing = new("nginx-config-missing", Contract: true);
    public static readonly ProblemCode ConfigInvalid = new("nginx-config-invalid");
    public static readonly ProblemCode LogDisabled = new("nginx-log-disabled");

    internal static Problem InvalidValue(string value, string wanted) => new(
        ValueInvalid, $"'{Printable.Of(value, 80)}' cannot be set: it is not {wanted}.", $"Give {wanted}, or nothing to go back to the default.");

    internal static Problem InvalidValue(string value, string reason, string remedy) => new(
        ValueInvalid, $"'{Printable.Of(value, 80)}' cannot be set: {reason}.", remedy);

    internal static Problem NoConfig(AppName app) => new(
        ConfigMissing, $"No nginx.conf exists for {app}", $"The app's proxy is disabled; turn it on with `berth proxy:enable {app}`.");

    internal static Problem Faults(int count) => new(
        ConfigInvalid,
        count == 1 ? "One fault was found." : $"{count} faults were found.",
        "Mend what each line above names; `berth nginx:set <app> <property>` without a value goes back to the default.");

    internal static Problem NoLog(AppName app, string key) => new(
        LogDisabled, $"{app} writes no such log.", $"{key} is off, or names a place the edge does not write to; `berth nginx:set {app} {key}` goes back to the default.");
}
