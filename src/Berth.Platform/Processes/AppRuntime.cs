using System.Collections.Immutable;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.CommandLine;
using Berth.Platform.Config;
using Berth.Platform.Properties;
using Berth.Platform.Routing;
using Berth.Storage;

namespace Berth.Platform.Processes;

/// <summary>Runs apps: makes plans from what is on disk, hands them to the scheduler, and moves requests at the edge.</summary>
public sealed class AppRuntime(
    AppCatalog apps,
    ReleaseStore releases,
    ConfigStore config,
    PropertyStore properties,
    IStateStore store,
    AppAccounts accounts,
    IScheduler scheduler,
    RoutePublisher routes,
    EdgeServer edge) : IAppRestarter, IAppStopper, IAppDeployer
{
    private const string Feature = "ps";
    private const string Stopped = "stopped";

    public bool IsDeployed(AppName app) => releases.Current(app) is not null;

    /// <summary>False after <c>ps:stop</c>, until <c>ps:start</c> or the next deploy.</summary>
    public bool IsWanted(AppName app) => IsDeployed(app) && properties.Get(Feature, app.Text, Stopped) is null;

    public ImmutableArray<Instance> InstancesOf(AppName app) => scheduler.InstancesOf(app);

    /// <summary>Starts a release beside what runs, moves requests to it when it is healthy, and makes it current.</summary>
    public async Task DeployAsync(AppName app, string release, CommandOutput output, CancellationToken cancel)
    {
        using var held = await OperateAsync(app, cancel);
        var plan = PlanFor(app, release);
        AppAccounts.Give(plan.Artifact, plan.User);
        await scheduler.DeployAsync(plan, CutoverTo(app, release), new Lines(output), cancel);
        releases.Prune(app);
        output.Headline("Application deployed:");
        var urls = routes.UrlsOf(app);
        foreach (var url in urls)
        {
            output.Detail(url);
        }

        if (urls.Count == 0)
        {
            output.Detail($"It has no domain yet, so nobody can reach it. Add one with domains:add {app} www.example.com");
        }
    }

    /// <summary>Starts the current release anew, without an interruption.</summary>
    public async Task RestartAsync(AppName app, ProcessType? process, CommandOutput output, CancellationToken cancel)
    {
        using var held = await OperateAsync(app, cancel);
        var release = releases.Current(app) ?? throw ProcessStateProblems.NotDeployed(app).AsException();
        if (process is null || scheduler.InstancesOf(app).IsEmpty)
        {
            // A whole restart takes the configuration of now.
            await scheduler.DeployAsync(PlanFor(app, release), CutoverTo(app, release), new Lines(output), cancel);
            return;
        }

        await scheduler.RestartAsync(app, process, CutoverTo(app, release), new Lines(output), cancel);
    }

    public async Task RestartIfRunningAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        if (IsDeployed(app) && !IsWanted(app))
        {
            return;
        }

        output.Step($"Restarting app {app}");
        if (IsDeployed(app))
        {
            await RestartAsync(app, null, output, cancel);
        }
        else
        {
            output.Warn($"App {app} has not been deployed");
        }
    }

    public async Task StopAsync(AppName app, CancellationToken cancel)
    {
        using var held = await OperateAsync(app, cancel);

        // Said first: a daemon that is killed in between must not start the app again.
        properties.Set(Feature, app.Text, Stopped, "true");
        await scheduler.StopAsync(app, cancel);
        routes.Publish(app);
    }

    public async Task StopForGoodAsync(AppName app, CancellationToken cancel)
    {
        using var held = await OperateAsync(app, cancel);
        properties.Set(Feature, app.Text, Stopped, "true");
        await scheduler.StopAsync(app, cancel);
        routes.Publish(app);
    }

    /// <summary>Sets how many of each type run, now and from now on.</summary>
    public async Task ScaleAsync(
        AppName app, ImmutableSortedDictionary<ProcessType, int> wanted, bool saveOnly, CommandOutput output, CancellationToken cancel)
    {
        using var held = await OperateAsync(app, cancel);
        var before = FormationOf(app);
        var after = before.SetItems(wanted);
        if (releases.Current(app) is { } release)
        {
            (PlanFor(app, release) with { Formation = after }).Check();
        }

        SaveFormation(app, after);
        if (saveOnly || !IsWanted(app))
        {
            return;
        }

        try
        {
            var current = releases.Current(app)!;
            await (scheduler.InstancesOf(app).IsEmpty
                ? scheduler.DeployAsync(PlanFor(app, current), CutoverTo(app, current), new Lines(output), cancel)
                : scheduler.ScaleAsync(app, wanted, CutoverTo(app, current), new Lines(output), cancel));
        }
        catch (ProblemException)
        {
            SaveFormation(app, before);
            throw;
        }
    }

    /// <summary>What was asked for with <c>ps:scale</c>, completed by the Procfile: web once, others not at all.</summary>
    public ImmutableSortedDictionary<ProcessType, int> FormationOf(AppName app)
    {
        var formation = ImmutableSortedDictionary.CreateBuilder<ProcessType, int>();
        foreach (var line in (properties.Get(Feature, app.Text, "scale") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (FormationLine.TryParse(line, out var type, out var count))
            {
                formation[type] = count;
            }
        }

        foreach (var type in TypesOf(app).Where(type => !formation.ContainsKey(type)))
        {
            formation[type] = type.ReceivesRequests ? 1 : 0;
        }

        return formation.ToImmutable();
    }

    /// <summary>After a start of the daemon: adopts what still runs and starts what is missing.</summary>
    /// <param name="failed">Called with an app that cannot be run or reached, and why; the others go on.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async Task AdoptAsync(Action<AppName, Problem> failed, CancellationToken cancel)
    {
        scheduler.TargetsChanged += targets => Follow(targets.App, failed);
        ImmutableArray<ProcessPlan> plans = [.. apps.List().Select(app => TryPlan(app, failed)).OfType<ProcessPlan>()];
        await scheduler.AdoptAsync(plans, cancel);
        routes.PublishAll(failed);
    }

    private void Follow(AppName app, Action<AppName, Problem> failed)
    {
        try
        {
            routes.Publish(app);
        }
        catch (ProblemException e)
        {
            // The next look at all apps publishes it again.
            failed(app, e.Problem);
        }
    }

    private ProcessPlan? TryPlan(AppName app, Action<AppName, Problem> failed)
    {
        try
        {
            return IsWanted(app) ? PlanFor(app, releases.Current(app)!) : null;
        }
        catch (ProblemException e)
        {
            failed(app, e.Problem);
            return null;
        }
    }

    /// <summary>One operation at a time for an app, from what it reads to what it has made of it.</summary>
    private async Task<IDisposable> OperateAsync(AppName app, CancellationToken cancel)
    {
        var held = await store.LockAsync($"{app}.ps", cancel);
        if (!apps.Exists(app))
        {
            held.Dispose();
            apps.Find(app.Text);
        }

        return held;
    }

    private ProcessPlan PlanFor(AppName app, string release)
    {
        var folder = releases.FolderOf(app, release);
        var plan = new ProcessPlan
        {
            App = app,
            ReleaseId = release,
            Artifact = folder,
            Processes = ProcfileOf(app, release),
            Formation = FormationOf(app),
            Environment = config.ReadMerged(app).ToImmutableDictionary(),
            User = accounts.Of(app, folder),
        };
        plan.Check();
        return plan;
    }

    private ImmutableSortedDictionary<ProcessType, ProcessCommand> ProcfileOf(AppName app, string release)
    {
        var file = Path.Combine(releases.FolderOf(app, release), "Procfile");
        return File.Exists(file)
            ? Procfile.Parse(File.ReadAllText(file), "Procfile")
            : throw BuildProblems.NoProcfile(app).AsException();
    }

    private IEnumerable<ProcessType> TypesOf(AppName app)
    {
        try
        {
            return releases.Current(app) is { } release ? ProcfileOf(app, release).Keys : [ProcessType.Web];
        }
        catch (ProblemException)
        {
            return [ProcessType.Web];
        }
    }

    private void SaveFormation(AppName app, ImmutableSortedDictionary<ProcessType, int> formation) =>
        properties.Set(Feature, app.Text, "scale", string.Join('\n', formation.Select(pair => $"{pair.Key}={pair.Value}")));

    private Cutover CutoverTo(AppName app, string release) => new(
        (targets, _) =>
        {
            var before = releases.Current(app);
            releases.Activate(app, release);
            try
            {
                properties.Set(Feature, app.Text, Stopped, "");
                routes.Publish(app, targets);
            }
            catch (ProblemException) when (before is not null)
            {
                releases.Activate(app, before);
                throw;
            }

            return Task.CompletedTask;
        },
        (left, cancel) => Task.WhenAll(left.Targets.Select(target =>
            edge.DrainAsync(EdgeTarget.Parse($"http://{target.Address}"), Timeout.InfiniteTimeSpan, cancel))));

    private sealed class Lines(CommandOutput output) : IProgress<string>
    {
        public void Report(string value) => output.Step(value);
    }
}
