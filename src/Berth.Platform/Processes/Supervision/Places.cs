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
    public Replacement ForScale(Roster roster, ProcessPlan plan)
    {
        CheckRuns(roster);
        plan.Check();
        var occupied = roster.Current.Select(PlaceOf).ToHashSet();
        return new Replacement(
            plan,
            [.. New(plan).Where(instance => !occupied.Contains(PlaceOf(instance)))],
            [.. roster.Current.Where(instance => !IsPlace(plan, instance))]);
    }

    /// <summary>The places of one type, or all.</summary>
    public Replacement ForRestart(Roster roster, ProcessPlan plan, ProcessType? type)
    {
        CheckRuns(roster);
        plan.Check();
        if (type is not null && !plan.Processes.ContainsKey(type))
        {
            throw ProcessProblems.UnknownType(app, type, plan.Processes.Keys).AsException();
        }

        bool IsMeant(SupervisedInstance instance) => type is null || instance.Snapshot.Type == type;
        return new Replacement(plan, [.. New(plan).Where(IsMeant)], [.. roster.Current.Where(IsMeant)]);
    }

    /// <summary>The places of those instances; the plan stays.</summary>
    public Replacement ForRefresh(Roster roster, ImmutableArray<SupervisedInstance> stale)
    {
        var places = stale.Select(PlaceOf).ToHashSet();
        return new Replacement(roster.Plan!, [.. New(roster.Plan!).Where(instance => places.Contains(PlaceOf(instance)))], stale);
    }

    /// <summary>All places, with what an earlier daemon left in them.</summary>
    /// <param name="plan">What should run.</param>
    /// <param name="found">What runs.</param>
    /// <param name="onlyFound">True leaves places empty in which nothing runs.</param>
    public ImmutableArray<(SupervisedInstance Instance, Adoptable? Found)> ForAdoption(
        ProcessPlan plan, IReadOnlyCollection<Adoptable> found, bool onlyFound)
    {
        plan.Check();
        var pairs = All(plan).Select(place =>
        {
            var adoptable = found.FirstOrDefault(a => (a.Record.Type, a.Record.Index) == (place.Type.Text, place.Index));
            return (Instance: Fill(plan, place, adoptable?.Record.Id ?? NewId()), Found: adoptable);
        });
        return [.. pairs.Where(pair => pair.Found is not null || !onlyFound)];
    }

    private static bool IsPlace(ProcessPlan plan, SupervisedInstance instance) =>
        plan.Processes.ContainsKey(instance.Snapshot.Type) && instance.Snapshot.Index <= plan.CountOf(instance.Snapshot.Type);

    private static (ProcessType Type, int Index) PlaceOf(SupervisedInstance instance) => (instance.Snapshot.Type, instance.Snapshot.Index);

    private static IEnumerable<(ProcessType Type, int Index)> All(ProcessPlan plan) =>
        plan.Processes.Keys.SelectMany(type => Enumerable.Range(1, plan.CountOf(type)).Select(index => (type, index)));

    private IEnumerable<SupervisedInstance> New(ProcessPlan plan) => All(plan).Select(place => Fill(plan, place, NewId()));

    private SupervisedInstance Fill(ProcessPlan plan, (ProcessType Type, int Index) place, string id) =>
        new(host, plan, place.Type, place.Index, id, changed);

    private string NewId() => Guid.CreateVersion7(host.Time.GetUtcNow()).ToString("N");

    private void CheckRuns(Roster roster)
    {
        if (roster.Plan is null)
        {
            throw ProcessProblems.AppNotRunning(app).AsException();
        }
    }
}
