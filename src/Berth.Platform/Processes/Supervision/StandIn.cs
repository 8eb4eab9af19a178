using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes.Supervision;

/// <summary>
/// The plan for an app whose own cannot be made: exactly what runs goes on. It is never started again, since nobody knows how.
/// </summary>
internal static class StandIn
{
    private static readonly ProcessCommand Nothing = ProcessCommand.Parse("false", "The app's plan");

    /// <param name="app">The app.</param>
    /// <param name="found">What runs of it; at least one.</param>
    public static ProcessPlan PlanFor(AppName app, IReadOnlyCollection<Adoptable> found)
    {
        var types = found.ToLookup(adoptable => ProcessType.Parse(adoptable.Record.Type), adoptable => adoptable.Record.Index);
        return new ProcessPlan
        {
            App = app,
            ReleaseId = found.First().Record.ReleaseId,
            Artifact = "/",
            Processes = types.ToImmutableSortedDictionary(type => type.Key, _ => Nothing),
            Formation = types.ToImmutableSortedDictionary(type => type.Key, type => type.Max()),
            Restart = RestartPolicy.Parse("no"),
        };
    }
}
