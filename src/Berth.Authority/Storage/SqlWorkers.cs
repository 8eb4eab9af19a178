namespace Berth.Authority.Storage;

/// <summary>Carries out changes that go one step after the other; those that arrive together share one commit, and so one fsync.</summary>
internal sealed class SqlWorkers : IAsyncDisposable
{
    private const int Batch = 256;

    private readonly SqlThreads<SqlSession, IChange> _threads;

    /// <param name="sessions">One for each thread; disposed with this.</param>
    internal SqlWorkers(IEnumerable<SqlSession> sessions) => _threads = new(sessions, Batch, InTransaction);

    /// <param name="change">Statements of one change; may run twice, so it touches nothing but the session.</param>
    /// <param name="cancel">Ends the wait for a place in the queue; a queued change is always carried out.</param>
    internal async Task<T> RunAsync<T>(Func<SqlSession, T> change, CancellationToken cancel)
    {
        var queued = new Change<T>(change);
        await _threads.AddAsync(queued, cancel);
        return await queued.Done;
    }

    private static void InTransaction(SqlSession session, List<IChange> changes)
    {
        session.Begin();
        changes.ForEach(change => change.Run(session));
        session.Commit();
    }

    public ValueTask DisposeAsync() => _threads.DisposeAsync();

    private interface IChange : ISqlWork
    {
        void Run(SqlSession session);
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
