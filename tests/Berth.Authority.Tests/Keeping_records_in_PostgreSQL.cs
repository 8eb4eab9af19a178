using Berth.Authority.Storage;
using Berth.TestKit;

namespace Berth.Authority.Tests;

public sealed class Keeping_records_in_PostgreSQL : Keeping_records
{
    private string _database = "";

    public override async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        await base.InitializeAsync();
    }

    private protected override Task<SqlStore> OpenAsync() => Task.FromResult(new SqlStore(PostgresDatabase.Open(_database)));
}
