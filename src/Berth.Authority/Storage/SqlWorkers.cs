using System.Threading.Channels;

namespace Berth.Authority.Storage;

/// <summary>Threads with a session each that carry out changes; those that arrive together share one commit, and so one fsync.</summary>
/// <remarks>
/// Each change waits for the commit that holds it. When a change of a batch throws, the batch is rolled back and its changes
/// run again one by one, so that a fault stays with its own request, and two that stood in each other's way both get through.
/// </remarks>
internal sealed class SqlWorkers : IAsyncDisposable
{
    private const int Waiting = 4096;
    private const int Batch = 256;

    private readonly Channel<IChange> _changes = Channel.CreateBounded<IChange>(Waiting);
    private readonly Task[] _threads;
    private readonly bool _inTransactions;

    /// <param name="sessions">One for each thread; disposed with this.</param>
    /// <param name="inTransactions">False for workers that only read.</param>
    internal SqlWorkers(IEnumerable<SqlSession> sessions, bool inTransactions)
    {
        _inTransactions = inTransactions;
        _threads = [.. sessions.Select(session => Task.Factory.StartNew(
            () => Run(session), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    /// <param name="change">Statements of one change; may run twice, so it touches nothing but the session.</param>
    /// <param name="cancel">Ends the wait for a place in the queue; a queued change is always carried out.</param>
    internal async Task<T> RunAsync<T>(Func<SqlSession, T> change, CancellationToken cancel)
    {
        var queued = new Change<T>(change);
        await _changes.Writer.WriteAsync(queued, cancel);
        return await queued.Done;
    }

    private void Run(SqlSession session)
    {
        var batch = new List<IChange>(Batch);
        // A thread of its own may wait: drivers' synchronous calls must not starve the pool that answers requests.
        while (_changes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            var most = _inTransactions ? Batch : 1;
            while (batch.Count < most && _changes.Reader.TryRead(out var change))
            {
                batch.Add(change);
            }

            if (Try(session, batch) is null)
            {
                batch.ForEach(change => change.Complete());
                continue;
            }

            batch.ForEach(change => RunAlone(session, change));
        }

        session.Dispose();
    }

    private void RunAlone(SqlSession session, IChange change)
    {
        if (Try(session, [change]) is { } fault)
        {
            change.Fail(fault);
            return;
        }

        change.Complete();
    }

    private Exception? Try(SqlSession session, List<IChange> changes)
    {
        try
        {
            if (_inTransactions)
            {
                session.Begin();
            }

            changes.ForEach(change => change.Run(session));
            if (_inTransactions)
            {
                session.Commit();
            }

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
        _changes.Writer.TryComplete();
        await Task.WhenAll(_threads);
    }

    private interface IChange
    {
        void Run(SqlSession session);

        void Complete();

        void Fail(Exception fault);
    }

    private sealed class Change<T>(Func<SqlSession, T> run) : IChange
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        internal Task<T> Done => _done.Task;

        public void Run(SqlSession session) => _result = run(session);

        public void Complete() => _done.SetResult(_result);

        public void Fail(Exception fault) => _done.SetException(fault);
    }
}
