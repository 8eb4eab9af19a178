using System.Threading.Channels;

namespace Berth.Authority.Storage;

/// <summary>The one writer: changes that arrive together share one commit, and so one fsync.</summary>
/// <remarks>
/// Each change waits for the commit that holds it. When a change of a batch throws, the batch is rolled back and its changes
/// run again one by one, so that a fault stays with its own request.
/// </remarks>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int Waiting = 4096;
    private const int Batch = 256;

    private readonly Channel<IChange> _changes = Channel.CreateBounded<IChange>(Waiting);
    private readonly SqliteSession _session;
    private readonly Task _loop;

    internal SqliteWriter(SqliteSession session)
    {
        _session = session;
        _loop = Task.Run(RunAsync);
    }

    /// <param name="change">Statements of one change; may run twice, so it touches nothing but the session.</param>
    /// <param name="cancel">Ends the wait for a place in the queue; a queued change is always carried out.</param>
    internal async Task<T> WriteAsync<T>(Func<SqliteSession, T> change, CancellationToken cancel)
    {
        var queued = new Change<T>(change);
        await _changes.Writer.WriteAsync(queued, cancel);
        return await queued.Done;
    }

    private async Task RunAsync()
    {
        var batch = new List<IChange>(Batch);
        while (await _changes.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < Batch && _changes.Reader.TryRead(out var change))
            {
                batch.Add(change);
            }

            if (TryCommit(batch) is null)
            {
                batch.ForEach(change => change.Complete());
                continue;
            }

            batch.ForEach(CommitAlone);
        }
    }

    private void CommitAlone(IChange change)
    {
        if (TryCommit([change]) is { } fault)
        {
            change.Fail(fault);
            return;
        }

        change.Complete();
    }

    private Exception? TryCommit(List<IChange> changes)
    {
        try
        {
            _session.Execute("BEGIN IMMEDIATE");
            changes.ForEach(change => change.Run(_session));
            _session.Execute("COMMIT");
            return null;
        }
        catch (Exception e)
        {
            RollBack();
            return e;
        }
    }

    private void RollBack()
    {
        try
        {
            _session.Execute("ROLLBACK");
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // SQLite rolled back by itself (disk full, I/O error); the first exception tells why.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _loop;
        _session.Dispose();
    }

    private interface IChange
    {
        void Run(SqliteSession session);

        void Complete();

        void Fail(Exception fault);
    }

    private sealed class Change<T>(Func<SqliteSession, T> run) : IChange
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        internal Task<T> Done => _done.Task;

        public void Run(SqliteSession session) => _result = run(session);

        public void Complete() => _done.SetResult(_result);

        public void Fail(Exception fault) => _done.SetException(fault);
    }
}
