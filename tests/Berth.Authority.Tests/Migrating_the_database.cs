using Berth.Authority.Storage;
using Berth.Kernel;
using Berth.TestKit;
using Microsoft.Data.Sqlite;

namespace Berth.Authority.Tests;

public sealed class Migrating_the_database : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task goes_back_a_version_and_forward_again_with_its_records_on_SQLite()
    {
        var path = _scratch["authority.db"];
        await GoBothWaysAsync(target => new SqlStore(SqliteDatabase.Open(path, target)));
    }

    [Fact]
    public async Task goes_back_a_version_and_forward_again_with_its_records_on_PostgreSQL()
    {
        var database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        await GoBothWaysAsync(target => new SqlStore(PostgresDatabase.Open(database, target)));
    }

    [Fact]
    public async Task lets_nodes_that_start_at_once_migrate_once()
    {
        var database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();

        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => new SqlStore(PostgresDatabase.Open(database)))));

        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task takes_over_a_database_numbered_in_its_header_only()
    {
        var path = _scratch["authority.db"];
        await SqliteDatabase.Open(path, target: 1).DisposeAsync();
        await using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText =
                "DROP TABLE schema_version; INSERT INTO account VALUES ('a', 'key', '{}', 'valid', '', 1, 0)";
            await command.ExecuteNonQueryAsync();
        }

        await using var reopened = SqliteStore.Open(path);
        Assert.NotNull(await reopened.FindAccountAsync("a", CancellationToken.None));
    }

    [Fact]
    public void says_a_database_that_cannot_be_without_its_password()
    {
        foreach (var text in new[] { "postgres://u:secret-word@host/db", "Host=h;Database=d;Password=secret-word", "postgres://u:secret-word@:bad:/x" })
        {
            var problem = Assert.Throws<ProblemException>(() => SharedDatabase.Parse(text, isSecret: false)).Problem;
            Assert.Equal(AuthorityProblems.DatabaseNotUsable, problem.Code);
            Assert.DoesNotContain("secret-word", problem.ToString(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("secret-word", SharedDatabase.Parse("postgres://u:secret-word@host/db", isSecret: true).ToString(), StringComparison.Ordinal);
    }

    private static async Task GoBothWaysAsync(Func<int?, SqlStore> open)
    {
        await using (var store = open(null))
        {
            await store.AddAccountAsync(Keeping_records.Account("a", "key"), null, CancellationToken.None);
        }

        for (var version = SqlSchema.Newest - 1; version >= 1; version--)
        {
            await open(version).DisposeAsync();
        }

        await using var again = open(null);
        Assert.Equal("key", (await again.FindAccountAsync("a", CancellationToken.None))!.Thumbprint);
    }
}
