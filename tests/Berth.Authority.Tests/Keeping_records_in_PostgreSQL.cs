using Berth.Authority.Storage;
using Berth.TestKit;
using Npgsql;

namespace Berth.Authority.Tests;

public sealed class Keeping_records_in_PostgreSQL : Keeping_records
{
    private string _database = "";

    public override async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        await base.InitializeAsync();
    }

    [Fact]
    public async Task keeps_the_fault_of_one_change_from_those_that_travel_with_it()
    {
        await using var store = await OpenAsync();

        var faults = await Task.WhenAll(Enumerable.Range(0, 200).Select(async n => await Record.ExceptionAsync(
            () => store.AddBindingKeyAsync(KeyOf(n == 150 ? 149 : n), CancellationToken.None))));

        Assert.Single(faults, fault => fault is PostgresException);
        Assert.Equal(199, (await store.ListBindingKeysAsync(CancellationToken.None)).Length);
    }

    [Fact]
    public async Task keeps_the_fault_of_one_question_from_those_that_travel_with_it()
    {
        await using var database = PostgresDatabase.Open(_database);

        var faults = await Task.WhenAll(Enumerable.Range(0, 200).Select(async n => await Record.ExceptionAsync(async () =>
        {
            var rows = await database.AskAsync(new("SELECT 10000 / CAST($1 AS BIGINT)", n), row => row.GetInt64(0), CancellationToken.None);
            Assert.Equal([10000 / n], rows);
        })));

        Assert.Single(faults, fault => fault is PostgresException);
        Assert.Equal(199, faults.Count(fault => fault is null));
    }

    [Fact]
    public async Task finds_nothing_by_a_text_that_PostgreSQL_cannot_hold()
    {
        await using var store = await OpenAsync();

        Assert.Null(await store.FindBindingKeyAsync("a\0b", CancellationToken.None));
    }

    private static BindingKeyRecord KeyOf(int number) => new()
    {
        Id = $"key-{number}",
        Secret = [1],
        Created = DateTimeOffset.UnixEpoch,
        Names = [],
    };

    private protected override Task<SqlStore> OpenAsync() => Task.FromResult(new SqlStore(PostgresDatabase.Open(_database)));
}
