using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Berth.Kernel;

namespace Berth.Platform.Processes.Supervision;

/// <summary>Starts several instances, all or none: the first failure calls the others off.</summary>
internal sealed class StartTogether(IProgress<string> output, TimeProvider time)
{
    // More at once would only make each slower, and the last ones miss their deadline.
    private const int AtOnce = 4;

    // Below it a person has not begun to wonder.
    private static readonly TimeSpan Unremarkable = TimeSpan.FromSeconds(1);

    /// <exception cref="ProblemException">What failed; some may be running and are the caller's to stop.</exception>
    public async Task RunAsync(ImmutableArray<SupervisedInstance> instances, CancellationToken cancel)
    {
        using var callOff = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var slots = new SemaphoreSlim(AtOnce);
        var starts = instances.Select(instance => StartAsync(instance, slots, callOff)).ToArray();
        await Task.WhenAll(starts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // The others were called off because of it: theirs is no news.
        var cause = starts.Select(start => start.Exception?.InnerException).FirstOrDefault(e => e is not null);
        if (cause is not null)
        {
            ExceptionDispatchInfo.Throw(cause);
        }

        await Task.WhenAll(starts);
    }

    private async Task StartAsync(SupervisedInstance instance, SemaphoreSlim slots, CancellationTokenSource callOff)
    {
        await slots.WaitAsync(callOff.Token);
        try
        {
            output.Report($"Starting {instance.Snapshot.Name}");
            await StartTellingAsync(instance, callOff.Token);
            output.Report($"{instance.Snapshot.Name} is healthy");
        }
        catch
        {
            await callOff.CancelAsync();
            throw;
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task StartTellingAsync(SupervisedInstance instance, CancellationToken cancel)
    {
        var start = instance.StartAsync(cancel);
        if (output is IWaitProgress watched)
        {
            await start.WaitAsync(Unremarkable, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!start.IsCompleted)
            {
                watched.Waiting(instance.Awaited);
            }
        }

        await start;
    }
}
