using System.Data.Common;

namespace Berth.Authority.Storage;

/// <summary>The store on an SQL database: one set of statements, which SQLite and PostgreSQL both understand.</summary>
/// <param name="database">Where.</param>
/// <param name="time">Dates the events of the audit log.</param>
/// <param name="actor">Who acts through this store, for the audit log: <c>acme</c> for clients, an operator by name.</param>
/// <param name="node">The run of the program that writes its events into its log.</param>
internal sealed partial class SqlStore(ISqlDatabase database, TimeProvider? time = null, string actor = "acme", string node = "") : IAuthorityStore
{
    private readonly ISqlDatabase _database = database;
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly string _actor = actor;
    private readonly string _node = node;

    public bool IsAlone => _database.IsAlone;

    // Where others write at the same time, a row that is looked at is held until the transaction ends, and work that is looked for passes by what they hold.
    private string Holding => IsAlone ? "" : "FOR UPDATE";

    private string PassingLocked => IsAlone ? "" : "FOR UPDATE SKIP LOCKED";

    private void Hold(SqlSession db, string sql, params ReadOnlySpan<object?> values)
    {
        if (!IsAlone)
        {
            db.List($"{sql} {Holding}", row => row.GetString(0), values);
        }
    }

    /// <returns>The first row, or null.</returns>
    private async Task<T?> FindAsync<T>(SqlStatement statement, Func<DbDataReader, T> read, CancellationToken cancel) where T : class =>
        await _database.AskAsync(statement, read, cancel) is [var first, ..] ? first : null;

    /// <returns>The number in the first row, or 0.</returns>
    private async Task<long> NumberAsync(SqlStatement statement, CancellationToken cancel) =>
        await _database.AskAsync(statement, row => row.GetInt64(0), cancel) is [var first, ..] ? first : 0;

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
