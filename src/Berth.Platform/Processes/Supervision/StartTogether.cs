using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Berth.Kernel;

namespace Berth.Platform.Processes.Supervision;

/// <summary>Starts several instances, all or none: the first failure calls the others off.</summary>
internal sealed class StartTogether(IProgress<string> output)
{
    // More at once would only make each slower, and the last ones miss their deadline.
    private const int AtOnce = 4;

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
            await instance.StartAsync(callOff.Token);
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
}
