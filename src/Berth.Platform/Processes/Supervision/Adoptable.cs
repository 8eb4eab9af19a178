using Berth.Platform.Processes.Launching;

namespace Berth.Platform.Processes.Supervision;

/// <summary>A process of an earlier daemon that is still alive.</summary>
internal sealed record Adoptable(InstanceRecord Record, RunningProcess Process)
{
    public Run AsRun() => new(Process, Record.Port, Record.Since);

    /// <summary>True when the plan asks for it: this release, a place in the formation, and the account it should run as.</summary>
    public bool Fits(ProcessPlan plan) =>
        Record.App == plan.App.Text
        && Record.ReleaseId == plan.ReleaseId
        && ProcessType.TryParse(Record.Type, out var type)
        && plan.Processes.ContainsKey(type)
        && Record.Index >= 1
        && Record.Index <= plan.CountOf(type)
        && (plan.User is null || ProcFolder.UserOf(Record.Pid) == plan.User.User);

    /// <summary>True when it was started with what the plan says now.</summary>
    public bool IsUpToDate(ProcessPlan plan, string daemonId) =>
        ProcessType.TryParse(Record.Type, out var type) && Record.Digest == PlanDigest.Of(plan, type, daemonId);
}
