using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Berth.Authority.Storage;

/// <summary>A connection to an SQLite file in WAL mode: readers go on during a write.</summary>
internal sealed class SqliteSession : SqlSession
{
    private readonly SqliteConnection _connection;

    internal SqliteSession(string path)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = 30,
        }.ConnectionString);
        Open();
    }

    protected override DbConnection Connection => _connection;

    protected override void BeginWriting() => Execute("BEGIN IMMEDIATE");

    protected override void End(bool keep) => Execute(keep ? "COMMIT" : "ROLLBACK");

    protected override void Open()
    {
        _connection.Open();
        // FULL: a commit is on the disk when it returns.
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        Execute("PRAGMA busy_timeout = 10000");
        // 16 MiB of log: under load the same pages are written into the database once for four times before.
        Execute("PRAGMA wal_autocheckpoint = 4096");
    }

    protected override DbParameter Parameter(int index) => new SqliteParameter { ParameterName = $"${index + 1}" };
}
