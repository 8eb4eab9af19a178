using Berth.Authority.Storage;
using Berth.TestKit;

namespace Berth.Authority.Tests;

public sealed class Keeping_records_in_SQLite : Keeping_records
{
    private readonly ScratchFolder _scratch = new();

    private protected override Task<SqlStore> OpenAsync() => Task.FromResult(SqliteStore.Open(_scratch["authority.db"]));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _scratch.Dispose();
    }
}
