namespace Berth.Authority.Storage;

/// <summary>The store on an SQL database: one set of statements, which SQLite and PostgreSQL both understand.</summary>
internal sealed partial class SqlStore(ISqlDatabase database) : IAuthorityStore
{
    private readonly ISqlDatabase _database = database;

    public bool IsAlone => _database.IsAlone;

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
