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
        _connection.Open();
        // FULL: a commit is on the disk when it returns.
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        Execute("PRAGMA busy_timeout = 10000");
    }

    internal override bool IsLost => false;

    internal override string PassingLocked => "";

    internal override string Holding => "";

    protected override DbConnection Connection => _connection;

    internal override void Begin() => Execute("BEGIN IMMEDIATE");

    protected override DbParameter Parameter(int index) => new SqliteParameter { ParameterName = $"${index + 1}" };
}
