using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.Builds;
using Berth.Platform.Config;
using Berth.Platform.Processes.Checks;

namespace Berth.Platform.Processes;

/// <summary>Makes the plan for a release from what is on disk: its Procfile and app.json, the app's configuration and settings.</summary>
public sealed class PlanMaker(
    ReleaseStore releases,
    ConfigStore config,
    AppAccounts accounts,
    PsSettings settings,
    CheckSettings checks,
    BuilderSettings builder,
    AppJsonSettings appJson,
    FormationStore formations)
{
    /// <param name="app">The app.</param>
    /// <param name="release">One of its releases.</param>
    /// <param name="told">Told what was found that keeps nothing from running: one sentence a call.</param>
    /// <exception cref="ProblemException">What makes a plan impossible.</exception>
    public ProcessPlan Make(AppName app, string release, Action<string>? told = null)
    {
        var folder = FolderOf(app, release);
        var processes = ProcessesIn(app, release);
        var manifest = AppManifest.Read(releases.FolderOf(app, release), Path.Combine(folder, appJson.PathOf(app)));
        var plan = new ProcessPlan
        {
            App = app,
            ReleaseId = release,
            Artifact = folder,
            Processes = processes,
            Formation = FormationFor(app, processes.Keys, manifest, told),
            Environment = config.ReadMerged(app).ToImmutableDictionary(),
            User = accounts.Of(app, releases.FolderOf(app, release)),
            StopTimeout = settings.StopTimeoutOf(app),
            DrainTimeout = checks.DrainTimeoutOf(app),
            Restart = settings.RestartPolicyOf(app),
            Health = checks.HealthOf(app, manifest.WebCheck),
            Unchecked = TypesIn(processes.Keys, checks.ListOf(app, CheckSettings.Skipped)),
            StopFirst = TypesIn(processes.Keys, checks.ListOf(app, CheckSettings.Disabled)),
        };
        foreach (var fault in told is null ? [] : config.FaultsFor(app))
        {
            told?.Invoke(fault);
        }

        plan.Check();
        return plan;
    }

    /// <returns>What the release's own app.json says of all its types; null when it leaves that to <c>ps:scale</c>.</returns>
    public ImmutableSortedDictionary<ProcessType, int>? OwnFormationOf(AppName app, string release)
    {
        var folder = FolderOf(app, release);
        var manifest = AppManifest.Read(releases.FolderOf(app, release), Path.Combine(folder, appJson.PathOf(app)));
        return manifest.Formation.IsEmpty ? null : Completed(manifest, ProcessesIn(app, release).Keys);
    }

    /// <returns>The types of a release; only web when it cannot be read.</returns>
    public IReadOnlyCollection<ProcessType> TypesOf(AppName app, string? release)
    {
        try
        {
            return release is null ? [ProcessType.Web] : [.. ProcessesIn(app, release).Keys];
        }
        catch (ProblemException)
        {
            return [ProcessType.Web];
        }
    }

    private static ImmutableHashSet<ProcessType> TypesIn(IEnumerable<ProcessType> types, TypeList list) =>
        [.. types.Where(list.Contains)];

    // Its word counts for every type: what it does not name does not run.
    private static ImmutableSortedDictionary<ProcessType, int> Completed(AppManifest manifest, IEnumerable<ProcessType> types) =>
        types.ToImmutableSortedDictionary(type => type, _ => 0).SetItems(manifest.Formation);

    private ImmutableSortedDictionary<ProcessType, int> FormationFor(
        AppName app, IEnumerable<ProcessType> types, AppManifest manifest, Action<string>? told)
    {
        var known = types.ToHashSet();
        var wanted = manifest.Formation.IsEmpty ? formations.Of(app, known) : Completed(manifest, known);
        foreach (var (type, count) in wanted.Where(pair => pair.Value > 0 && !known.Contains(pair.Key)))
        {
            told?.Invoke($"{app} is scaled to {type}={count}, but names no such process any more: left out");
        }

        return wanted.RemoveRange(wanted.Keys.Where(type => !known.Contains(type)));
    }

    private string FolderOf(AppName app, string release)
    {
        var (folder, inner) = (releases.FolderOf(app, release), builder.BuildDirOf(app));
        var chosen = inner.Length == 0 ? folder : Path.Combine(folder, inner);
        return inner.Length == 0 || Directory.Exists(chosen) ? chosen : throw BuildProblems.NoBuildDir(app, inner).AsException();
    }

    private ImmutableSortedDictionary<ProcessType, ProcessCommand> ProcessesIn(AppName app, string release)
    {
        var path = settings.ProcfilePathOf(app);
        var own = settings.StartCommandOf(app) is { } text ? ProcessCommand.Parse(text, $"start-cmd of {app}") : null;
        var named = Read(app, release, path);
        return (named, own) switch
        {
            (null, null) => throw BuildProblems.NoProcfile(app, path).AsException(),
            (null, _) => ImmutableSortedDictionary<ProcessType, ProcessCommand>.Empty.Add(ProcessType.Web, own),
            (_, null) => named,
            _ => named.SetItem(ProcessType.Web, own),
        };
    }

    private ImmutableSortedDictionary<ProcessType, ProcessCommand>? Read(AppName app, string release, string name)
    {
        var file = Path.Combine(FolderOf(app, release), name);
        try
        {
            return ReleaseFile.Read(releases.FolderOf(app, release), file, Procfile.SizeLimit * 4) is { } text ? Procfile.Parse(text, name) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ProcessProblems.InvalidProcfile($"{app}'s {name}", $"cannot be read: {e.Message}").AsException(e);
        }
    }
}
