using System.Globalization;
using System.Net;
using Berth.Kernel;

namespace Berth.Platform.Processes.Supervision;

/// <summary>Keeps one place of the formation occupied: starts, watches, starts again, stops.</summary>
internal sealed class SupervisedInstance : IAsyncDisposable
{
    private readonly SchedulerHost _host;
    private readonly ProcessPlan _plan;
    private readonly InstanceRunner _runner;
    private readonly Action<Instance> _changed;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Instance _snapshot;
    private Run? _run;
    private Task _life = Task.CompletedTask;
    private bool _outdated;
    private volatile bool _retiring;
    private volatile bool _lettingGo;

    public SupervisedInstance(
        SchedulerHost host, ProcessPlan plan, ProcessType type, int index, string id, Action<Instance> changed)
    {
        _host = host;
        _plan = plan;
        _changed = changed;
        _snapshot = new Instance
        {
            App = plan.App,
            Type = type,
            Index = index,
            Id = id,
            ReleaseId = plan.ReleaseId,
            State = InstanceState.Starting,
            Since = host.Time.GetUtcNow(),
        };
        _runner = new InstanceRunner(host, plan, _snapshot);
    }

    public Instance Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>Where requests may go, if they may.</summary>
    public Target? Target => Snapshot is { State: InstanceState.Running, Address: { } address } now && now.Type.ReceivesRequests
        ? new Target(now.Type, now.Index, now.Id, address)
        : null;

    /// <summary>Completes when it is no longer unknown whether it is healthy; for one that was adopted.</summary>
    public Task Settled => _settled.Task;

    /// <summary>What a person waits for while it starts, one sentence.</summary>
    public string Awaited => Snapshot is { Type.ReceivesRequests: true, Address.Port: var port } now
        ? string.Create(CultureInfo.InvariantCulture, $"Waiting for {now.Name} to accept connections on port {port}...")
        : $"Waiting for {Snapshot.Name} to stay up...";

    /// <summary>True while it runs with another configuration than the plan's.</summary>
    public bool IsStale(ProcessPlan plan) => ReferenceEquals(plan, _plan) && Volatile.Read(ref _outdated);

    /// <summary>One look at it, now.</summary>
    /// <returns>Null when it is well, else what is wrong.</returns>
    public async Task<string?> LookAsync(CancellationToken cancel) => Snapshot is { State: InstanceState.Running, Address: { } address }
        ? await _runner.LookAsync(address, cancel)
        : $"it is {Snapshot.State.ToString().ToLowerInvariant()}";

    /// <summary>The first start: succeeds whole or leaves nothing.</summary>
    /// <exception cref="ProblemException">Why it is not healthy.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        try
        {
            await StartHealthyAsync(cancel);
            _life = SuperviseAsync();
        }
        catch
        {
            Change(now => now with { State = InstanceState.Stopped, ProcessId = null });
            throw;
        }
    }

    /// <summary>Goes on with a program that runs, or starts one in the background; failing to start counts as a crash.</summary>
    /// <param name="adopted">What runs; null starts one.</param>
    /// <param name="outdated">True when it was started with another configuration than the plan's.</param>
    public void Resume(Run? adopted, bool outdated = false)
    {
        _run = adopted;
        Volatile.Write(ref _outdated, outdated);
        if (adopted is not null)
        {
            Starting(adopted);
        }

        _life = SuperviseAsync();
    }

    /// <summary>From now on an end is final.</summary>
    public void Retire()
    {
        _retiring = true;
        Change(now => now.State == InstanceState.Running ? now with { State = InstanceState.Draining } : now);
    }

    /// <summary>Ends the program, within the plan's stop timeout and what SIGKILL takes.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _life;
        Change(now => now with { State = InstanceState.Stopped, ProcessId = null, Address = null });
    }

    /// <summary>Ends the supervision and leaves the program running.</summary>
    public async ValueTask DisposeAsync()
    {
        _lettingGo = true;
        await _stop.CancelAsync();
        await _life;
    }

    private async Task SuperviseAsync()
    {
        var restarts = 0;
        try
        {
            while (true)
            {
                var (exit, uptime) = await LiveAsync();
                restarts = uptime >= RestartSchedule.Recovered ? 0 : restarts;
                if (!await EndedAsync(exit, restarts))
                {
                    return;
                }

                restarts++;
                await Task.Delay(RestartSchedule.DelayBefore(restarts, _host.Chance.Fraction()), _host.Time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            await FinishAsync();
        }
    }

    /// <summary>From a start, or from where an earlier daemon left off, to the end.</summary>
    private async Task<(ExitStatus Exit, TimeSpan Uptime)> LiveAsync()
    {
        try
        {
            if (_run is null)
            {
                await StartHealthyAsync(_stop.Token);
            }
            else if (Snapshot.State == InstanceState.Starting && await CheckAdoptedAsync(_run) is { } failure)
            {
                return (failure, TimeSpan.Zero);
            }
        }
        catch (Exception e) when (e is ProblemException or IOException or UnauthorizedAccessException)
        {
            return (new ExitStatus(null, e.Message), TimeSpan.Zero);
        }

        var exit = await _run!.Process.Exited.WaitAsync(_stop.Token);
        return (exit, _host.Time.GetUtcNow() - _run.Since);
    }

    /// <returns>False when it stays that way.</returns>
    private async Task<bool> EndedAsync(ExitStatus exit, int restarts)
    {
        var next = _retiring ? InstanceState.Stopped
            : exit.IsSuccess && !_plan.Restart.AfterSuccess ? InstanceState.Exited
            : restarts >= _plan.Restart.Limit ? InstanceState.Crashed
            : InstanceState.Restarting;
        // Told first: when the port is given back, no request may be on its way to it any more.
        Change(now => now with
        {
            State = next,
            LastExit = exit,
            ProcessId = null,
            Address = null,
            Restarts = now.Restarts + (next == InstanceState.Restarting ? 1 : 0),
        });
        await CleanUpAsync();
        if (next != InstanceState.Stopped)
        {
            // A reason is a whole sentence that names the instance.
            var what = exit.Reason is { } reason ? Printable.Of(reason.TrimEnd('.'), 400) : $"{Snapshot.Name} {exit}";
            _host.Logs.Note(Snapshot, $"{what}{Consequence(next)}");
        }

        return next == InstanceState.Restarting;
    }

    private string Consequence(InstanceState next) => next switch
    {
        InstanceState.Restarting => "; it starts again",
        InstanceState.Crashed => string.Create(
            CultureInfo.InvariantCulture, $"; it stays down after {Snapshot.Restarts} restarts (restart policy {_plan.Restart})"),
        _ => $"; it stays down (restart policy {_plan.Restart})",
    };

    private async Task FinishAsync()
    {
        if (!_lettingGo && _run is not null)
        {
            Change(now => now with { State = InstanceState.Stopping });
            await CleanUpAsync();
        }
    }

    private async Task StartHealthyAsync(CancellationToken cancel)
    {
        var (run, address) = await _runner.StartHealthyAsync(Starting, cancel);
        _run = run;
        Volatile.Write(ref _outdated, false);
        Running(address);
    }

    private async Task<ExitStatus?> CheckAdoptedAsync(Run run)
    {
        var outcome = await _runner.CheckAsync(run, _stop.Token);
        if (outcome.Address is { } address)
        {
            Running(address);
            return null;
        }

        return outcome.Exit ?? new ExitStatus(null, outcome.Failure);
    }

    private async Task CleanUpAsync()
    {
        if (_run is { } run)
        {
            await _runner.CleanUpAsync(run, _plan.StopTimeout);
            _run = null;
        }
    }

    private void Starting(Run run) => Change(now => now with
    {
        State = InstanceState.Starting,
        ProcessId = run.Process.Pid,
        Address = new IPEndPoint(IPAddress.Loopback, run.Port),
    });

    private void Running(IPEndPoint address) => Change(now => now with { State = InstanceState.Running, Address = address });

    private void Change(Func<Instance, Instance> change)
    {
        Instance changed;
        lock (_lock)
        {
            changed = change(_snapshot);
            if (changed == _snapshot)
            {
                return;
            }

            changed = changed.State == _snapshot.State ? changed : changed with { Since = _host.Time.GetUtcNow() };
            Volatile.Write(ref _snapshot, changed);
        }

        if (changed.State != InstanceState.Starting)
        {
            _settled.TrySetResult();
        }

        _changed(changed);
    }
}
