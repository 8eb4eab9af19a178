using System.Collections.Concurrent;
using Berth.Kernel;
using Microsoft.Data.Sqlite;

namespace Berth.Authority.Storage;

/// <summary>The store on one machine: an SQLite file in WAL mode, one writer, a reader for each thread that reads at once.</summary>
internal sealed partial class SqliteStore : IAuthorityStore
{
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly SqliteWriter _writer;
    private readonly string _path;

    private SqliteStore(string path, SqliteSession session)
    {
        _path = path;
        _writer = new SqliteWriter(session);
    }

    /// <param name="path">The database file; made when missing, with mode 0600.</param>
    /// <exception cref="ProblemException"><see cref="AuthorityProblems.DatabaseDamaged"/>, <see cref="AuthorityProblems.DatabaseNewer"/>.</exception>
    internal static SqliteStore Open(string path)
    {
        PrivateFolder.Ensure(Path.GetDirectoryName(path)!);
        CreatePrivate(path);
        SqliteSession? session = null;
        try
        {
            session = new SqliteSession(path);
            SqliteSchema.Upgrade(session, path);
            return new SqliteStore(path, session);
        }
        catch (Exception e)
        {
            session?.Dispose();
            throw e is SqliteException fault ? AuthorityProblems.DamagedDatabase(path, fault.Message).AsException(e) : e;
        }
    }

    // SQLite gives the -wal and -shm files the mode of the database.
    private static void CreatePrivate(string path)
    {
        if (!File.Exists(path))
        {
            AtomicFile.Write(path, []);
        }
    }

    private T Read<T>(Func<SqliteSession, T> read)
    {
        if (!_readers.TryTake(out var session))
        {
            session = new SqliteSession(_path);
        }

        try
        {
            return read(session);
        }
        finally
        {
            _readers.Add(session);
        }
    }

    // Reads come from the page cache in microseconds; the task is for stores that answer over a network.
    private Task<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancel) =>
        cancel.IsCancellationRequested ? Task.FromCanceled<T>(cancel) : Task.FromResult(Read(read));

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        while (_readers.TryTake(out var session))
        {
            session.Dispose();
        }
    }
}
