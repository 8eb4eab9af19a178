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
    public void Resume(Run? adopted)
    {
        _run = adopted;
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
        return next == InstanceState.Restarting;
    }

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
