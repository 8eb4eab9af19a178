using System.Threading.Channels;

namespace Berth.Authority.Storage;

/// <summary>Threads with a session each that carry out work; what has arrived meanwhile is carried out together.</summary>
/// <remarks>
/// When something of a batch throws, nothing of it has happened, and all of it is done again one by one, so that a fault stays with its own request, and
/// two that stood in each other's way both get through. When the connection is lost, all of it goes once more over a new one: it may have happened, with
/// the answer lost, so what is carried out twice must come to the same.
/// </remarks>
internal sealed class SqlThreads<TSession, TWork> : IAsyncDisposable
    where TSession : SqlSession
    where TWork : ISqlWork
{
    private const int Waiting = 4096;

    private readonly Channel<TWork> _work = Channel.CreateBounded<TWork>(Waiting);
    private readonly Task[] _threads;
    private readonly int _most;
    private readonly Action<TSession, List<TWork>> _carryOut;

    /// <param name="sessions">One for each thread; disposed with this.</param>
    /// <param name="most">How much is carried out together at most.</param>
    /// <param name="carryOut">All of it or nothing.</param>
    internal SqlThreads(IEnumerable<TSession> sessions, int most, Action<TSession, List<TWork>> carryOut)
    {
        (_most, _carryOut) = (most, carryOut);
        _threads = [.. sessions.Select(session => Task.Factory.StartNew(
            () => Run(session), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    /// <param name="work">May be carried out twice.</param>
    /// <param name="cancel">Ends the wait for a place in the queue; what is queued is always carried out.</param>
    internal ValueTask AddAsync(TWork work, CancellationToken cancel) => _work.Writer.WriteAsync(work, cancel);

    private void Run(TSession session)
    {
        var batch = new List<TWork>(_most);
        // A thread of its own may wait: drivers' synchronous calls must not starve the pool that answers requests.
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < _most && _work.Reader.TryRead(out var work))
            {
                batch.Add(work);
            }

            RunTogether(session, batch);
        }

        session.Dispose();
    }

    private void RunTogether(TSession session, List<TWork> batch)
    {
        var fault = Try(session, batch);
        if (fault is not null && session.IsOfConnection(fault))
        {
            fault = Try(session, batch);
        }

        if (fault is null)
        {
            batch.ForEach(work => work.Complete());
        }
        else if (session.IsOfConnection(fault))
        {
            batch.ForEach(work => work.Fail(fault));
        }
        else
        {
            batch.ForEach(work => RunAlone(session, work));
        }
    }

    private void RunAlone(TSession session, TWork work)
    {
        if (Try(session, [work]) is { } fault)
        {
            work.Fail(fault);
            return;
        }

        work.Complete();
    }

    private Exception? Try(TSession session, List<TWork> work)
    {
        try
        {
            _carryOut(session, work);
            return null;
        }
        catch (Exception e)
        {
            session.RollBack();
            return e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await Task.WhenAll(_threads);
    }
}
