namespace Berth.Authority;

/// <summary>
/// Work done in the background by a fixed number of workers. The queue is bounded, so a flood is refused at the door, and fair: lanes take
/// turns, and none has more than half of the workers, so that nobody waits for all that somebody else has asked for.
/// </summary>
/// <typeparam name="T">What one piece of work is about.</typeparam>
internal sealed class WorkQueue<T> : IAsyncDisposable
{
    private readonly FairLanes<T> _waiting;
    private readonly SemaphoreSlim _ready = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<T, CancellationToken, Task> _work;
    private readonly Task[] _workers;
    private readonly int _capacity;
    private int _reserved;

    /// <param name="workers">How many pieces are worked on at once.</param>
    /// <param name="capacity">How many may be waiting or in work.</param>
    /// <param name="work">Handles its own failures; the token ends it when the program stops.</param>
    /// <param name="laneOf">Whose work it is; null puts all in one lane.</param>
    internal WorkQueue(int workers, int capacity, Func<T, CancellationToken, Task> work, Func<T, string>? laneOf = null)
    {
        (_capacity, _work) = (capacity, work);
        _waiting = new FairLanes<T>(laneOf ?? (_ => ""), laneOf is null ? workers : Math.Max(1, workers / 2));
        _workers = [.. Enumerable.Range(0, workers).Select(_ => Task.Run(RunAsync))];
    }

    /// <summary>Reserves a place; <see cref="Add"/> or <see cref="Release"/> follows.</summary>
    /// <returns>False when the queue is full.</returns>
    internal bool TryReserve()
    {
        if (Interlocked.Increment(ref _reserved) <= _capacity)
        {
            return true;
        }

        Release();
        return false;
    }

    internal void Release() => Interlocked.Decrement(ref _reserved);

    /// <summary>Adds work to a reserved place.</summary>
    internal void Add(T item)
    {
        if (_waiting.Add(item))
        {
            Wake();
        }
    }

    /// <summary>Adds work found at start, which was accepted before and so has no limit.</summary>
    internal void Restore(T item)
    {
        Interlocked.Increment(ref _reserved);
        Add(item);
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _ready.WaitAsync(_stop.Token);
                if (_waiting.TryTake(out var item))
                {
                    await RunAsync(item);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops; what was not done is found again at the next start.
        }
    }

    private async Task RunAsync(T item)
    {
        try
        {
            await _work(item, _stop.Token);
        }
        finally
        {
            Release();
            if (_waiting.Done(item))
            {
                Wake();
            }
        }
    }

    private void Wake()
    {
        if (!_stop.IsCancellationRequested)
        {
            _ready.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers);
        _stop.Dispose();
    }
}
