using System.Data.Common;
using Npgsql;

namespace Berth.Authority.Storage;

/// <summary>A connection to PostgreSQL that opens anew after it was lost: a database that restarts costs the requests of that moment only.</summary>
internal sealed class PostgresSession : SqlSession
{
    private readonly NpgsqlConnection _connection;
    private readonly bool _waitsForDisk;
    private NpgsqlTransaction? _transaction;

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

    // READ COMMITTED: every change is a compare-and-swap, and where one looks at several rows it locks them first. Npgsql sends the beginning
    // with the first statement.
    protected override void BeginWriting() => _transaction = _connection.BeginTransaction();

    protected override void End(bool keep)
    {
        using var transaction = _transaction;
        _transaction = null;
        if (keep)
        {
            transaction!.Commit();
            return;
        }

        transaction!.Rollback();
    }

    /// <summary>All of them on one way to the server and back.</summary>
    internal override void ExecuteAll(params ReadOnlySpan<(string Sql, object?[] Values)> statements)
    {
        using var batch = new NpgsqlBatch(_connection);
        foreach (var (sql, values) in statements)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in values)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
            }

            batch.BatchCommands.Add(command);
        }

        batch.ExecuteNonQuery();
    }

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
