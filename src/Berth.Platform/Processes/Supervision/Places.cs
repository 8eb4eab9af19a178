using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes.Supervision;

/// <summary>Works out which places of the formation a change fills anew, and which instances leave for it.</summary>
internal sealed class Places(AppName app, SchedulerHost host, Action<Instance> changed)
{
    /// <summary>All places anew.</summary>
    public Replacement ForDeploy(Roster roster, ProcessPlan plan)
    {
        plan.Check();
        return new Replacement(plan, [.. New(plan)], roster.Current);
    }

    /// <summary>Places that are empty, and those past the end.</summary>
    public Replacement ForScale(Roster roster, ImmutableSortedDictionary<ProcessType, int> formation)
    {
        var before = PlanOf(roster);
        var plan = before with { Formation = before.Formation.SetItems(formation) };
        plan.Check();
        var occupied = roster.Current.Select(PlaceOf).ToHashSet();
        return new Replacement(
            plan,
            [.. New(plan).Where(instance => !occupied.Contains(PlaceOf(instance)))],
            [.. roster.Current.Where(instance => instance.Snapshot.Index > plan.CountOf(instance.Snapshot.Type))]);
    }

    /// <summary>The places of one type, or all.</summary>
    public Replacement ForRestart(Roster roster, ProcessType? type)
    {
        var plan = PlanOf(roster);
        if (type is not null && !plan.Processes.ContainsKey(type))
        {
            throw ProcessProblems.UnknownType(app, type, plan.Processes.Keys).AsException();
        }

        bool IsMeant(SupervisedInstance instance) => type is null || instance.Snapshot.Type == type;
        return new Replacement(plan, [.. New(plan).Where(IsMeant)], [.. roster.Current.Where(IsMeant)]);
    }

    /// <summary>All places, with what an earlier daemon left in them.</summary>
    public ImmutableArray<(SupervisedInstance Instance, Adoptable? Found)> ForAdoption(
        ProcessPlan plan, IReadOnlyCollection<Adoptable> found)
    {
        plan.Check();
        return [.. All(plan).Select(place =>
        {
            var adoptable = found.FirstOrDefault(a => (a.Record.Type, a.Record.Index) == (place.Type.Text, place.Index));
            return (Fill(plan, place, adoptable?.Record.Id ?? NewId()), adoptable);
        })];
    }

    private static (ProcessType Type, int Index) PlaceOf(SupervisedInstance instance) => (instance.Snapshot.Type, instance.Snapshot.Index);

    private static IEnumerable<(ProcessType Type, int Index)> All(ProcessPlan plan) =>
        plan.Processes.Keys.SelectMany(type => Enumerable.Range(1, plan.CountOf(type)).Select(index => (type, index)));

    private IEnumerable<SupervisedInstance> New(ProcessPlan plan) => All(plan).Select(place => Fill(plan, place, NewId()));

    private SupervisedInstance Fill(ProcessPlan plan, (ProcessType Type, int Index) place, string id) =>
        new(host, plan, place.Type, place.Index, id, changed);

    private string NewId() => Guid.CreateVersion7(host.Time.GetUtcNow()).ToString("N");

    private ProcessPlan PlanOf(Roster roster) => roster.Plan ?? throw ProcessProblems.AppNotRunning(app).AsException();
}
