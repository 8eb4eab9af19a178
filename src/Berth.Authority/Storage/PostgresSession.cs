using System.Data.Common;
using Npgsql;

namespace Berth.Authority.Storage;

/// <summary>A connection to PostgreSQL that opens anew after it was lost: a database that restarts costs the requests of that moment only.</summary>
internal sealed class PostgresSession : SqlSession
{
    private readonly NpgsqlConnection _connection;
    private readonly bool _waitsForDisk;

    /// <param name="source">Where to connect.</param>
    /// <param name="waitsForDisk">False lets what is committed reach the disk a moment later.</param>
    internal PostgresSession(NpgsqlDataSource source, bool waitsForDisk = true)
    {
        (_connection, _waitsForDisk) = (source.CreateConnection(), waitsForDisk);
        Open();
    }

    internal override string PassingLocked => "FOR UPDATE SKIP LOCKED";

    internal override string Holding => "FOR UPDATE";

    protected override DbConnection Connection => _connection;

    // READ COMMITTED: every change is a compare-and-swap, and where one looks at several rows it locks them first.
    protected override string Beginning => "BEGIN";

    protected override void Open()
    {
        _connection.Open();
        if (!_waitsForDisk)
        {
            Execute("SET synchronous_commit = off");
        }
    }

    // Without a name it is positional.
    protected override DbParameter Parameter(int index) => new NpgsqlParameter();
}
