using System.Threading.Channels;

namespace Berth.Authority;

/// <summary>Work done in the background by a fixed number of workers; the queue is bounded, so a flood is refused at the door.</summary>
/// <typeparam name="T">What one piece of work is about.</typeparam>
internal sealed class WorkQueue<T> : IAsyncDisposable
{
    private readonly Channel<T> _waiting = Channel.CreateUnbounded<T>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<T, CancellationToken, Task> _work;
    private readonly Task[] _workers;
    private readonly int _capacity;
    private int _reserved;

    /// <param name="workers">How many pieces are worked on at once.</param>
    /// <param name="capacity">How many may be waiting or in work.</param>
    /// <param name="work">Handles its own failures; the token ends it when the program stops.</param>
    internal WorkQueue(int workers, int capacity, Func<T, CancellationToken, Task> work)
    {
        (_capacity, _work) = (capacity, work);
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
    internal void Add(T item) => _waiting.Writer.TryWrite(item);

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
            await foreach (var item in _waiting.Reader.ReadAllAsync(_stop.Token))
            {
                try
                {
                    await _work(item, _stop.Token);
                }
                finally
                {
                    Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops; what was not done is found again at the next start.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stop.CancelAsync();
        await Task.WhenAll(_workers);
        _stop.Dispose();
    }
}
