namespace Berth.Edge.Forwarding;

/// <summary>The requests under way to one target.</summary>
internal sealed class TargetLoad
{
    private const int Retired = -1; // out of the register: who still holds it must look the target up again

    private int _count;
    private TaskCompletionSource? _idle;

    internal int Count => Math.Max(0, Volatile.Read(ref _count));

    internal bool TryEnter()
    {
        var seen = Volatile.Read(ref _count);
        while (seen != Retired)
        {
            var before = Interlocked.CompareExchange(ref _count, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    internal void Leave()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            Interlocked.Exchange(ref _idle, null)?.TrySetResult();
        }
    }

    internal bool TryRetire() => Interlocked.CompareExchange(ref _count, Retired, 0) == 0;

    /// <summary>Completes at the first moment without a request.</summary>
    internal async Task WaitIdleAsync(CancellationToken cancel)
    {
        while (Count > 0)
        {
            var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = Interlocked.CompareExchange(ref _idle, idle, null) ?? idle;
            if (Count == 0)
            {
                return;
            }

            await idle.Task.WaitAsync(cancel);
        }
    }
}
