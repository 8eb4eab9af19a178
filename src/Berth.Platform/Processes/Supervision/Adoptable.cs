using Berth.Platform.Processes.Launching;

namespace Berth.Platform.Processes.Supervision;

/// <summary>A process of an earlier daemon that is still alive.</summary>
internal sealed record Adoptable(InstanceRecord Record, RunningProcess Process)
{
    public Run AsRun() => new(Process, Record.Port, Record.Since);

    /// <summary>True when the plan asks for it: this release, and a place in the formation.</summary>
    public bool Fits(ProcessPlan plan) =>
        Record.App == plan.App.Text
        && Record.ReleaseId == plan.ReleaseId
        && ProcessType.TryParse(Record.Type, out var type)
        && plan.Processes.ContainsKey(type)
        && Record.Index >= 1
        && Record.Index <= plan.CountOf(type);
}
