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
    internal override void ExecuteAll(params ReadOnlySpan<SqlStatement> statements)
    {
        using var batch = new NpgsqlBatch(_connection);
        foreach (var statement in statements)
        {
            batch.BatchCommands.Add(CommandOf(statement));
        }

        batch.ExecuteNonQuery();
    }

    /// <summary>All of it on one way to the server and back, which is one transaction: it is kept when the answer has come to its end.</summary>
    internal void CarryOut(IReadOnlyList<PostgresPiece> pieces)
    {
        RequireOpen();
        using var batch = new NpgsqlBatch(_connection);
        foreach (var statement in pieces.SelectMany(piece => piece.Statements))
        {
            batch.BatchCommands.Add(CommandOf(statement));
        }

        using var rows = batch.ExecuteReader();
        foreach (var piece in pieces)
        {
            Read(piece, rows);
        }

        while (rows.NextResult())
        {
            // What the commit says comes last.
        }

        var first = 0;
        foreach (var piece in pieces)
        {
            piece.Note(batch.BatchCommands[first].RecordsAffected);
            first += piece.Statements.Length;
        }
    }

    // The reader stands at the first rows from the start.
    private static void Read(PostgresPiece piece, NpgsqlDataReader rows)
    {
        foreach (var _ in piece.Statements.Where(statement => statement.HasRows))
        {
            piece.Read(rows);
            rows.NextResult();
        }
    }

    private static NpgsqlBatchCommand CommandOf(SqlStatement statement)
    {
        var command = new NpgsqlBatchCommand(statement.Text);
        foreach (var value in statement.Values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = Known(value) });
        }

        return command;
    }

    // PostgreSQL takes no NUL in a text, and would give up all that came with it. Nothing stored has one, so nothing is found by one.
    private static object Known(object? value) => value switch
    {
        null => DBNull.Value,
        string text when text.Contains('\0', StringComparison.Ordinal) => text.Replace('\0', '\uFFFD'),
        _ => value,
    };

    protected override void Open()
    {
        _connection.Open();
        Execute(PlanByKeys);
        Execute(WaitShortly);
        if (!_waitsForDisk)
        {
            Execute("SET synchronous_commit = off");
        }
    }

    // Every statement goes by an index to a few rows. Where a table is new, PostgreSQL takes it for small and plans to read all of it, and keeps to
    // that plan while it grows.
    private const string PlanByKeys =
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan";

    // All who wait with it stand still for as long as one waits for a row. A node that has lost its power in the middle of a transaction is gone for
    // PostgreSQL after that, and its rows are free; it would wait for hours by itself.
    private const string WaitShortly =
        """
        SET lock_timeout = '2s'; SET idle_in_transaction_session_timeout = '10s';
        SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3
        """;

    internal override bool IsOfConnection(Exception fault) => fault switch
    {
        // Class 57P: the server is stopped or started; class 08: a connection.
        PostgresException { SqlState: ['5', '7', 'P', ..] or ['0', '8', ..] or "25P03" } => true,
        PostgresException => false,
        _ => fault is NpgsqlException or IOException or System.Net.Sockets.SocketException,
    };

    // Without a name it is positional.
    protected override DbParameter Parameter(int index) => new NpgsqlParameter();

    protected override object Bound(object? value) => Known(value);
}
