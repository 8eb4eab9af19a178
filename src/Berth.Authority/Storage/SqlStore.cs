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

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
