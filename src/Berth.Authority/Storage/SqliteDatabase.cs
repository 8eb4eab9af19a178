using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Data.Common;
using Berth.Kernel;
using Microsoft.Data.Sqlite;

namespace Berth.Authority.Storage;

/// <summary>The database on one machine: an SQLite file in WAL mode, one writer, a reader for each thread that reads at once.</summary>
internal sealed class SqliteDatabase : ISqlDatabase
{
    private readonly ConcurrentBag<SqlSession> _readers = [];
    private readonly SqlWorkers _writer;
    private readonly string _path;

    private SqliteDatabase(string path, SqlSession session)
    {
        _path = path;
        _writer = new SqlWorkers([session]);
    }

    public bool IsAlone => true;

    /// <param name="path">The database file; made when missing, with mode 0600.</param>
    /// <param name="target">The version to bring it to.</param>
    /// <exception cref="ProblemException"><see cref="AuthorityProblems.DatabaseDamaged"/>, <see cref="AuthorityProblems.DatabaseNewer"/>.</exception>
    internal static SqliteDatabase Open(string path, int? target = null)
    {
        PrivateFolder.Ensure(Path.GetDirectoryName(path)!);
        CreatePrivate(path);
        SqliteSession? session = null;
        try
        {
            session = new SqliteSession(path);
            SqlSchema.Migrate(session, SqlDialect.Sqlite, path, target);
            return new SqliteDatabase(path, session);
        }
        catch (Exception e)
        {
            session?.Dispose();
            throw e is SqliteException fault ? AuthorityProblems.DamagedDatabase(path, fault.Message).AsException(e) : e;
        }
    }

    public Task<T> WriteAsync<T>(Func<SqlSession, T> change, CancellationToken cancel) => _writer.RunAsync(change, cancel);

    public Task<int> ApplyAsync(ImmutableArray<SqlStatement> statements, CancellationToken cancel) => WriteAsync(db => db.Apply(statements), cancel);

    public Task<ImmutableArray<T>> MarkAsync<T>(SqlStatement statement, Func<DbDataReader, T> read, CancellationToken cancel) =>
        WriteAsync(db => db.List(statement.Text, read, statement.Values), cancel);

    // Reads come from the page cache in microseconds; the task is for databases that answer over a network.
    public Task<ImmutableArray<T>> AskAsync<T>(SqlStatement statement, Func<DbDataReader, T> read, CancellationToken cancel) =>
        cancel.IsCancellationRequested ? Task.FromCanceled<ImmutableArray<T>>(cancel) : Task.FromResult(Read(statement, read));

    // SQLite gives the -wal and -shm files the mode of the database.
    private static void CreatePrivate(string path)
    {
        if (!File.Exists(path))
        {
            AtomicFile.Write(path, []);
        }
    }

    private ImmutableArray<T> Read<T>(SqlStatement statement, Func<DbDataReader, T> read)
    {
        if (!_readers.TryTake(out var session))
        {
            session = new SqliteSession(_path);
        }

        try
        {
            return session.List(statement.Text, read, statement.Values);
        }
        finally
        {
            _readers.Add(session);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        while (_readers.TryTake(out var session))
        {
            session.Dispose();
        }
    }
}
