using System.Collections.Immutable;
using System.Data;
using System.Data.Common;

namespace Berth.Authority.Storage;

/// <summary>One connection and its prepared commands; used by one thread at a time. Parameters are <c>$1</c>, <c>$2</c>, … in order.</summary>
internal abstract class SqlSession : IDisposable
{
    private readonly Dictionary<string, DbCommand> _commands = [];
    private bool _inTransaction;

    protected abstract DbConnection Connection { get; }

    private bool IsLost => Connection.State != ConnectionState.Open;

    internal void Begin()
    {
        RequireOpen();
        BeginWriting();
        _inTransaction = true;
    }

    internal void Commit()
    {
        End(keep: true);
        _inTransaction = false;
    }

    /// <summary>Begins a transaction that will write.</summary>
    protected abstract void BeginWriting();

    /// <summary>Ends it.</summary>
    /// <param name="keep">False takes back what was done in it.</param>
    protected abstract void End(bool keep);

    /// <summary>Whether the fault is the connection's, and so the same for whatever else is asked of it.</summary>
    internal virtual bool IsOfConnection(Exception fault) => false;

    /// <summary>Ends a transaction, if there is one; a connection that cannot is dropped. Never throws.</summary>
    internal void RollBack()
    {
        try
        {
            if (_inTransaction && !IsLost)
            {
                End(keep: false);
                _inTransaction = false;
                return;
            }
        }
        catch (Exception)
        {
            // The database rolled back by itself (disk full), or cannot be reached. Whatever it is, what made this needed tells why, and
            // the next transaction begins on a connection that knows nothing of this one.
        }

        Abandon();
    }

    /// <summary>Runs a statement.</summary>
    /// <returns>The number of rows changed.</returns>
    internal int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    /// <summary>Runs statements one after the other, where nothing hangs on what each has changed.</summary>
    internal virtual void ExecuteAll(params ReadOnlySpan<SqlStatement> statements)
    {
        foreach (var statement in statements)
        {
            Execute(statement.Text, statement.Values);
        }
    }

    /// <summary>Runs a change whose statements are known from the start.</summary>
    /// <returns>How many rows the first has changed.</returns>
    internal int Apply(ImmutableArray<SqlStatement> statements)
    {
        var changed = Execute(statements[0].Text, statements[0].Values);
        ExecuteAll(statements.AsSpan(1..));
        return changed;
    }

    /// <returns>The first row, or null.</returns>
    internal T? Find<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values) where T : class
    {
        using var reader = Bind(sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    internal ImmutableArray<T> List<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Bind(sql, values).ExecuteReader();
        return SqlRows.All(reader, read);
    }

    internal long Number(string sql, params ReadOnlySpan<object?> values) =>
        Bind(sql, values).ExecuteScalar() is long number ? number : 0;

    protected abstract DbParameter Parameter(int index);

    /// <summary>A value as the database takes it.</summary>
    protected virtual object Bound(object? value) => value ?? DBNull.Value;

    // Whatever state the connection is in; the next statement opens another.
    private void Abandon()
    {
        _inTransaction = false;
        try
        {
            Forget();
            Connection.Close();
        }
        catch (Exception)
        {
            // A connection that cannot even be closed is left to the collector.
            _commands.Clear();
        }
    }

    /// <summary>Opens the connection, and tells the database what holds for all that is done on it.</summary>
    protected abstract void Open();

    /// <summary>Drops what belongs to a connection that is gone.</summary>
    private void Forget()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        _commands.Clear();
    }

    private DbCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        RequireOpen();
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = Connection.CreateCommand();
#pragma warning disable CA2100 // Every text is made of constants of this folder; values are bound.
            command.CommandText = sql;
#pragma warning restore CA2100
            command.CommandType = CommandType.Text;
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters.Add(Parameter(i));
            }

            _commands.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = Bound(values[i]);
        }

        return command;
    }

    // Never opened again within a transaction: its second half must not be committed without the first.
    protected void RequireOpen()
    {
        if (!IsLost)
        {
            return;
        }

        if (_inTransaction)
        {
            throw new InvalidOperationException("The connection to the database was lost within a transaction.");
        }

        Abandon();
        Open();
    }

    public virtual void Dispose()
    {
        Forget();
        Connection.Dispose();
    }
}
