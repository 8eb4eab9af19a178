using System.Net;
using Berth.Kernel;
using Berth.Platform.Processes.Launching;
using Berth.Platform.Processes.Output;

namespace Berth.Platform.Processes.Supervision;

/// <summary>Starts an instance's program, waits for its health and cleans up after it. Holds no state between two starts.</summary>
internal sealed class InstanceRunner(SchedulerHost host, ProcessPlan plan, Instance identity)
{
    /// <summary>How often a start is repeated because somebody took the port between the look and the program's own bind.</summary>
    private const int PortAttempts = 3;

    private const int OutputLines = 20;

    // A program that failed to become healthy owes nobody a slow farewell.
    private static readonly TimeSpan FailedPatience = TimeSpan.FromSeconds(5);

    private readonly ProcessCommand _command = plan.Processes[identity.Type];

    /// <param name="starting">Told of each attempt.</param>
    /// <param name="cancel">Ends what was started.</param>
    /// <exception cref="ProblemException">It did not start or was not healthy; nothing of it is left.</exception>
    public async Task<(Run Run, IPEndPoint Address)> StartHealthyAsync(Action<Run> starting, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var run = await LaunchAsync(cancel);
            starting(run);
            var outcome = await CheckOrCleanUpAsync(run, cancel);
            if (outcome.Address is { } address)
            {
                return (run, address);
            }

            await CleanUpAsync(run, FailedPatience);
            if (outcome.Exit is null || attempt == PortAttempts || PortPool.IsFree(run.Port))
            {
                throw ProblemOf(outcome).AsException();
            }
        }
    }

    public Task<HealthOutcome> CheckAsync(Run run, CancellationToken cancel) =>
        host.Probe.WaitAsync(run.Process, identity.Type, run.Port, plan.HealthOf(identity.Type), host.Ending.MarkerOf(identity), cancel);

    /// <summary>Asks once whether it is fit for service.</summary>
    /// <returns>Null when it is, else what is wrong.</returns>
    public Task<string?> LookAsync(IPEndPoint address, CancellationToken cancel) =>
        host.Probe.LookAsync(identity.Type, address, plan.Health, cancel);

    /// <summary>Ends what is left of the program and gives back what it had.</summary>
    public async Task CleanUpAsync(Run run, TimeSpan patience)
    {
        await host.Ending.EndAsync(run.Process, identity.Id, patience);
        GiveBack(run.Port);
    }

    private async Task<HealthOutcome> CheckOrCleanUpAsync(Run run, CancellationToken cancel)
    {
        try
        {
            return await CheckAsync(run, cancel);
        }
        catch
        {
            await CleanUpAsync(run, FailedPatience);
            throw;
        }
    }

    private async Task<Run> LaunchAsync(CancellationToken cancel)
    {
        var port = host.Ports.Take();
        try
        {
            var since = host.Time.GetUtcNow();
            var marker = host.Ending.MarkerOf(identity);
            using var deadline = new CancellationTokenSource(plan.Health.Deadline, host.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
            var process = await host.Starter.StartAsync(
                SpecFor(port, marker), marker, _command.Origin, started => Record(started, port, since), either.Token);
            return new Run(process, port, since);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            GiveBack(port);
            throw ProcessProblems.FailedLaunch(identity.Name, "its program did not take over in time; a file system may hang").AsException();
        }
        catch
        {
            GiveBack(port);
            throw;
        }
    }

    private void GiveBack(int port)
    {
        host.Records.Delete(identity);
        host.Ports.Release(port);
    }

    private LaunchSpec SpecFor(int port, KeyValuePair<string, string> marker)
    {
        host.Logs.Ensure(plan.App);
        var command = _command.Expand(AppEnvironment.Of(plan, identity.Type, identity.Index, port));
        return new LaunchSpec(
            identity.Name,
            host.Logs.PathOf(identity),
            plan.Artifact,
            plan.User,
            command.Words,
            AppEnvironment.Lines(marker, command.Environment));
    }

    private void Record(RunningProcess process, int port, DateTimeOffset since)
    {
        if (process.StartTime is { } startTime)
        {
            host.Records.Write(new InstanceRecord(
                plan.App.Text,
                identity.Type.Text,
                identity.Index,
                identity.Id,
                plan.ReleaseId,
                process.Pid,
                startTime,
                ProcFolder.BootId,
                port,
                since,
                PlanDigest.Of(plan, identity.Type, host.Records.DaemonId)));
        }
    }

    private string[] LastLines()
    {
        try
        {
            return [.. LogTail.Read(host.Logs.PathOf(identity), OutputLines).Lines.Select(line => Printable.Of(line))];
        }
        catch (ProblemException)
        {
            // A link in its place is told of by `logs`; here the instance's own end is the news.
            return [];
        }
    }

    private Problem ProblemOf(HealthOutcome outcome)
    {
        var output = LastLines();
        return outcome.Exit is { } exit
            ? ProcessProblems.ExitedEarly(identity.Name, _command.Origin, exit, [.. output])
            : ProcessProblems.NotHealthy(identity.Name, outcome.Failure ?? "", [.. output]);
    }
}
