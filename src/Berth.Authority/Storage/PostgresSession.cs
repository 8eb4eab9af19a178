using System.Data.Common;
using Npgsql;

namespace Berth.Authority.Storage;

/// <summary>A connection to PostgreSQL that opens anew after it was lost: a database that restarts costs the requests of that moment only.</summary>
internal sealed class PostgresSession : SqlSession
{
    private readonly NpgsqlConnection _connection;

    internal PostgresSession(NpgsqlDataSource source)
    {
        _connection = source.CreateConnection();
        _connection.Open();
    }

    internal override string PassingLocked => "FOR UPDATE SKIP LOCKED";

    internal override string Holding => "FOR UPDATE";

    protected override DbConnection Connection => _connection;

    // READ COMMITTED: every change is a compare-and-swap, and where one looks at several rows it locks them first.
    protected override string Beginning => "BEGIN";

    protected override void Open() => _connection.Open();

    // Without a name it is positional.
    protected override DbParameter Parameter(int index) => new NpgsqlParameter();
}
