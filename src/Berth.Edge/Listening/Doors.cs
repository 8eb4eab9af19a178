using System.Collections.Concurrent;
using System.Collections.Immutable;
using Berth.Kernel;
using Microsoft.Extensions.Logging;

namespace Berth.Edge.Listening;

/// <summary>
/// Keeps the listeners of the doors beside the main ones as the snapshot asks for them: opens what is wanted, closes what no app wants
/// any more once its requests are done. One that cannot be opened is remembered with the reason and tried again at the next change.
/// </summary>
internal sealed class Doors(Func<EdgePort, Task<IAsyncDisposable>> open, ILogger logger) : IAsyncDisposable
{
    /// <summary>Each costs a listener; a machine with more has another plan.</summary>
    internal const int Most = 1000;

    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly Dictionary<EdgePort, IAsyncDisposable> _open = [];
    private readonly ConcurrentDictionary<EdgePort, Problem> _problems = new();
    private bool _closed;

    /// <summary>The doors that could not be opened, with the reason.</summary>
    internal ImmutableDictionary<EdgePort, Problem> Problems => _problems.ToImmutableDictionary();

    internal bool HasProblems => !_problems.IsEmpty;

    /// <summary>Makes the doors, soon, what <paramref name="wanted"/> says when it is called; one change after another.</summary>
    internal void Follow(Func<ImmutableArray<EdgePort>> wanted) => _ = RunAsync(wanted);

    /// <summary>Completes when all that was asked for so far has been done.</summary>
    internal async Task SettleAsync(CancellationToken cancel)
    {
        // Who waits for it gets it in the order of asking.
        await _changing.WaitAsync(cancel);
        _changing.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await _changing.WaitAsync();
        _closed = true;
        await Task.WhenAll(_open.Values.Select(door => door.DisposeAsync().AsTask()));
        _open.Clear();
        _changing.Release();
    }

    private async Task RunAsync(Func<ImmutableArray<EdgePort>> wanted)
    {
        await _changing.WaitAsync();
        try
        {
            if (!_closed)
            {
                await ChangeAsync(wanted());
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task ChangeAsync(ImmutableArray<EdgePort> wanted)
    {
        foreach (var port in _open.Keys.Except(wanted).ToArray())
        {
            _open.Remove(port, out var door);
            await door!.DisposeAsync();
            logger.DoorClosed(port);
        }

        foreach (var port in _problems.Keys.Except(wanted))
        {
            _problems.TryRemove(port, out _);
        }

        foreach (var port in wanted.Except(_open.Keys).ToArray())
        {
            await OpenAsync(port);
        }
    }

    private async Task OpenAsync(EdgePort port)
    {
        try
        {
            if (_open.Count >= Most || _open.ContainsKey(port with { Secure = !port.Secure }))
            {
                throw (_open.Count >= Most ? EdgeProblems.TooManyDoors(port, Most) : EdgeProblems.SharedDoor(port)).AsException();
            }

            _open[port] = await open(port);
            _problems.TryRemove(port, out _);
            logger.DoorOpened(port);
        }
        catch (ProblemException e)
        {
            Remember(port, e.Problem);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Remember(port, EdgeProblems.FailedDoor(port, e.Message));
        }
    }

    private void Remember(EdgePort port, Problem problem)
    {
        _problems.TryGetValue(port, out var before);
        _problems[port] = problem;
        if (before?.Found != problem.Found)
        {
            logger.Problem(problem.Code.Id, problem.Found);
        }
    }
}
