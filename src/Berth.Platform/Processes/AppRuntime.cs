using System.Collections.Immutable;
using System.Globalization;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;
using Berth.Platform.Routing;

namespace Berth.Platform.Processes;

/// <summary>Runs apps: makes plans from what is on disk, hands them to the scheduler, and moves requests at the edge.</summary>
public sealed class AppRuntime(
    AppCatalog apps,
    ReleaseStore releases,
    PlanMaker plans,
    PsSettings settings,
    FormationStore formations,
    AppOperations operations,
    IScheduler scheduler,
    RoutePublisher routes,
    EdgeServer edge,
    ITriggers triggers,
    BuildJournal builds,
    IProcessLog log) : IAppRestarter, IAppStopper, IAppDeployer
{
    public bool IsDeployed(AppName app) => releases.Current(app) is not null;

    /// <summary>False after <c>ps:stop</c>, until <c>ps:start</c> or the next deploy.</summary>
    public bool IsWanted(AppName app) => IsDeployed(app) && !settings.IsStopped(app) && (settings.IsRestored(app) || !InstancesOf(app).IsEmpty);

    public ImmutableArray<Instance> InstancesOf(AppName app) => scheduler.InstancesOf(app);

    /// <summary>Starts a release beside what runs, moves requests to it when it is healthy, and makes it current.</summary>
    public async Task DeployAsync(AppName app, string release, CommandOutput output, CancellationToken cancel)
    {
        await using var operation = await operations.BeginAsync(app, "deploy", output, cancel);
        var within = operation.Within(output);
        AppAccounts.Give(releases.FolderOf(app, release), plans.Make(app, release).User);
        await triggers.FireAsync("pre-deploy", [app.Text, release], within, cancel);
        // Made after the handlers: what they set counts for this release.
        var plan = plans.Make(app, release, output.Warn);
        var deployed = await scheduler.DeployAsync(plan, CutoverTo(app, release), new StepProgress(output), cancel);
        formations.Follow(app, plans.OwnFormationOf(app, release));
        releases.Prune(app);
        var (port, address) = deployed.Targets.Targets is [var first, ..]
            ? (first.Address.Port.ToString(CultureInfo.InvariantCulture), first.Address.Address.ToString())
            : ("", "");
        await triggers.FireAsync("nginx-pre-reload", [app.Text, port, address], within, cancel);
        await triggers.FireAsync("proxy-build-config", [app.Text], within, cancel);
        await triggers.FireAsync("post-deploy", [app.Text, port, address, release], within, cancel);
        DeployedNews.Tell(app, deployed.Targets, routes.UrlsOf(app), output);
    }

    /// <summary>Starts the current release anew, without an interruption.</summary>
    /// <param name="app">A deployed app.</param>
    /// <param name="process">One type, or null for all.</param>
    /// <param name="output">Progress.</param>
    /// <param name="cancel">Before requests move: gives up and keeps the old instances.</param>
    public async Task RestartAsync(AppName app, ProcessType? process, CommandOutput output, CancellationToken cancel)
    {
        await using var operation = await operations.BeginAsync(app, "restart", output, cancel);
        var release = releases.Current(app) ?? throw ProcessStateProblems.NotDeployed(app).AsException();
        var plan = plans.Make(app, release, output.Warn);
        await (process is null || scheduler.InstancesOf(app).IsEmpty
            ? scheduler.DeployAsync(plan, CutoverTo(app, release), new StepProgress(output), cancel)
            : scheduler.RestartAsync(plan, process, CutoverTo(app, release), new StepProgress(output), cancel));
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
            await builds.RunAsync(app, BuildSource.Config, output, (own, end) => RestartAsync(app, null, own, end), cancel);
        }
        else
        {
            output.Warn($"App {app} has not been deployed");
        }
    }

    /// <summary>Stops all processes until the next start or deploy.</summary>
    public async Task StopAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        await using (await operations.BeginAsync(app, "stop", output, cancel))
        {
            await StopHeldAsync(app, cancel);
        }

        await triggers.FireAsync("post-stop", [app.Text], output, cancel);
    }

    public async Task StopForGoodAsync(AppName app, CancellationToken cancel)
    {
        await using var operation = await operations.BeginAsync(app, "stop", null, cancel);
        await StopHeldAsync(app, cancel);
    }

    /// <summary>Sets how many of each type run, now and from now on.</summary>
    /// <param name="app">The app, deployed or not.</param>
    /// <param name="after">How many of each from now on.</param>
    /// <param name="saveOnly">True leaves what runs as it is.</param>
    /// <param name="output">Progress.</param>
    /// <param name="cancel">As for a restart.</param>
    public async Task ScaleAsync(
        AppName app, ImmutableSortedDictionary<ProcessType, int> after, bool saveOnly, CommandOutput output, CancellationToken cancel)
    {
        await using var operation = await operations.BeginAsync(app, "scaling", output, cancel);
        var before = formations.Of(app);
        formations.Save(app, after);
        if (saveOnly || !scheduler.CanRun || !IsWanted(app))
        {
            return;
        }

        try
        {
            var current = releases.Current(app)!;
            var plan = plans.Make(app, current, output.Warn);
            await (scheduler.InstancesOf(app).IsEmpty
                ? scheduler.DeployAsync(plan, CutoverTo(app, current), new StepProgress(output), cancel)
                : scheduler.ScaleAsync(plan, CutoverTo(app, current), new StepProgress(output), cancel));
        }
        catch
        {
            formations.Save(app, before);
            throw;
        }
    }

    /// <summary>What was asked for with <c>ps:scale</c>, completed by the Procfile: web once, others not at all.</summary>
    public ImmutableSortedDictionary<ProcessType, int> FormationOf(AppName app) => formations.Of(app, TypesOf(app));

    /// <summary>The types the current release names; only web before the first.</summary>
    public IReadOnlyCollection<ProcessType> TypesOf(AppName app) => plans.TypesOf(app, releases.Current(app));

    /// <summary>Removes all but the newest few releases.</summary>
    public void PruneReleases(AppName app) => releases.Prune(app);

    /// <returns>What keeps a deployed app's processes from being started anew; null when nothing does.</returns>
    public Problem? ObstacleOf(AppName app)
    {
        try
        {
            _ = releases.Current(app) is { } release ? plans.Make(app, release) : null;
            return null;
        }
        catch (ProblemException e)
        {
            return e.Problem;
        }
    }

    /// <returns>What is wrong with a running instance now; null when nothing is.</returns>
    public Task<string?> CheckAsync(Instance instance, CancellationToken cancel) => scheduler.CheckAsync(instance.App, instance.Id, cancel);

    /// <summary>After a start of the daemon: adopts what still runs and starts what is missing.</summary>
    /// <param name="failed">Called with an app that cannot be run or reached, and why; the others go on.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async Task AdoptAsync(Action<AppName, Problem> failed, CancellationToken cancel)
    {
        scheduler.TargetsChanged += targets => Follow(targets.App, failed);
        var wanted = ImmutableArray.CreateBuilder<ProcessPlan>();
        var spared = ImmutableDictionary.CreateBuilder<AppName, string?>();
        var deployed = Deployed();
        foreach (var app in deployed)
        {
            try
            {
                Sweep(app);
                if (releases.Current(app) is { } release && !settings.IsStopped(app))
                {
                    wanted.Add(plans.Make(app, release, what => log.Noticed(app, what)) with { OnlyWhatRuns = !settings.IsRestored(app) });
                }
            }
            catch (ProblemException e)
            {
                failed(app, e.Problem);
                spared[app] = CurrentOrNull(app);
            }
        }

        await scheduler.AdoptAsync(
            new Adoption
            {
                Plans = wanted.ToImmutable(),
                Spared = spared.ToImmutable(),
                CutoverOf = app => new Cutover((targets, _) => Published(app, targets), DrainAsync),
                Failed = failed,
                Replacing = (app, count) => log.Noticed(
                    app, $"{count} of its processes run with another configuration than the present one and are replaced now"),
            },
            cancel);
        foreach (var app in deployed)
        {
            Follow(app, failed);
        }
    }

    private IReadOnlyList<AppName> Deployed()
    {
        try
        {
            var owners = releases.Owners;
            return [.. apps.List().Where(app => owners.Contains(app.Text))];
        }
        catch (ProblemException)
        {
            // Each is told of, and what runs of it is spared.
            return apps.List();
        }
    }

    private async Task StopHeldAsync(AppName app, CancellationToken cancel)
    {
        ProblemException? unwritten = null;
        try
        {
            // Said first: a daemon that is killed in between must not start the app again.
            settings.SetStopped(app);
        }
        catch (ProblemException e)
        {
            // A full disk is no reason to let it run: it is stopped, and then told of.
            unwritten = e;
        }

        await scheduler.StopAsync(app, cancel);
        routes.Publish(app);
        if (unwritten is not null)
        {
            throw ProcessStateProblems.StopNotKept(app, unwritten.Problem).AsException(unwritten);
        }
    }

    private void Sweep(AppName app)
    {
        if (releases.Repoint(app) is { } newest)
        {
            log.Noticed(app, $"nothing said which of its releases is in service: taken as such is the newest, {newest}");
        }

        foreach (var release in releases.Sweep(app))
        {
            log.Noticed(app, $"release {release} was never finished and is removed");
        }
    }

    private string? CurrentOrNull(AppName app)
    {
        try
        {
            return releases.Current(app);
        }
        catch (ProblemException)
        {
            // What cannot be read now was told of with the app.
            return null;
        }
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

    private Cutover CutoverTo(AppName app, string release) => new(
        (targets, _) =>
        {
            var before = releases.Current(app);
            releases.Activate(app, release);
            try
            {
                settings.SetStarted(app);
                routes.Publish(app, targets);
            }
            catch (ProblemException) when (before is not null)
            {
                releases.Activate(app, before);
                throw;
            }

            return Task.CompletedTask;
        },
        DrainAsync);

    private Task Published(AppName app, AppTargets targets)
    {
        routes.Publish(app, targets);
        return Task.CompletedTask;
    }

    private async Task DrainAsync(AppTargets left, CancellationToken cancel) => await Task.WhenAll(left.Targets.Select(target =>
        edge.DrainAsync(EdgeTarget.Parse($"http://{target.Address}"), Timeout.InfiniteTimeSpan, cancel)));
}
