using System.Diagnostics.CodeAnalysis;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// The renewals under way: so many at one authority, and so many in all, that one which hangs keeps the turns of its own certificates only.
/// Used by one loop.
/// </summary>
internal sealed class RenewalTurns
{
    private const int AtOneServer = 8;

    // Where a server answers nobody's first order, it may renew all the same.
    private const int KeptForUrgent = 2;
    private const int AtOnce = 64;
    private readonly Dictionary<AppName, (string Server, Task<TimeSpan> Work)> _turns = [];

    /// <summary>Whether none more can begin, wherever.</summary>
    public bool AreTaken => _turns.Count >= AtOnce;

    public bool Has(AppName app) => _turns.ContainsKey(app);

    /// <param name="server">Where.</param>
    /// <param name="yields">Whether it is for one of those that some are kept from.</param>
    public bool AreTakenAt(string server, bool yields) =>
        AreTaken || _turns.Values.Count(turn => turn.Server == server) >= AtOneServer - (yields ? KeptForUrgent : 0);

    /// <summary>Begins one.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="server">Where.</param>
    /// <param name="work">Answers how long the app is left alone then.</param>
    /// <param name="ended">Called when it is over, from any thread.</param>
    public void Begin(AppName app, string server, Func<Task<TimeSpan>> work, Action ended)
    {
        var begun = Task.Run(work);
        _turns.Add(app, (server, begun));
        _ = begun.ContinueWith(_ => ended(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Takes one that is over; false when there is none.</summary>
    public bool TryTakeEnded([NotNullWhen(true)] out AppName? app, out TimeSpan rest)
    {
        foreach (var (name, (_, work)) in _turns)
        {
            if (work.IsCompleted)
            {
                _turns.Remove(name);
                (app, rest) = (name, work.IsCompletedSuccessfully ? work.Result : TimeSpan.Zero);
                return true;
            }
        }

        (app, rest) = (null, default);
        return false;
    }

    /// <summary>Waits for all, however they end.</summary>
    public Task EndAsync() => Task.WhenAll(_turns.Values.Select(turn => turn.Work)).ContinueWith(
        static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
