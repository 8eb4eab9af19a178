using System.Data;
using System.Data.Common;

namespace Berth.Authority.Storage;

/// <summary>One connection and its prepared commands; used by one thread at a time. Parameters are <c>$1</c>, <c>$2</c>, … in order.</summary>
internal abstract class SqlSession : IDisposable
{
    private readonly Dictionary<string, DbCommand> _commands = [];

    protected abstract DbConnection Connection { get; }

    /// <summary>True for a failure that leaves the connection useless; the next statement opens another.</summary>
    internal abstract bool IsLost { get; }

    /// <summary>What a row of a subselect is given so that others pass it by: <c>FOR UPDATE SKIP LOCKED</c>, or nothing where one writes at a time.</summary>
    internal abstract string PassingLocked { get; }

    /// <summary>Holds the rows of a subselect until the transaction ends: <c>FOR UPDATE</c>, or nothing where one writes at a time.</summary>
    internal abstract string Holding { get; }

    internal abstract void Begin();

    /// <summary>Runs a statement.</summary>
    /// <returns>The number of rows changed.</returns>
    internal int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    /// <returns>The first row, or null.</returns>
    internal T? Find<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values) where T : class
    {
        using var reader = Bind(sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    internal List<T> List<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Bind(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    internal long Number(string sql, params ReadOnlySpan<object?> values) =>
        Bind(sql, values).ExecuteScalar() is long number ? number : 0;

    protected abstract DbParameter Parameter(int index);

    /// <summary>Drops what belongs to a connection that is gone.</summary>
    protected void Forget()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        _commands.Clear();
    }

    private DbCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
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
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }

    public virtual void Dispose()
    {
        Forget();
        Connection.Dispose();
    }
}
