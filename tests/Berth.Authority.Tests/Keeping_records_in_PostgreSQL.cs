using System.Collections.Immutable;
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
    public async Task never_has_two_nodes_wait_for_each_other_over_nonces_that_both_are_sent()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        for (var round = 0; round < 100; round++)
        {
            ImmutableArray<string> nonces = [.. Enumerable.Range(0, 16).Select(n => $"{round}-{n:00}")];
            var taken = await Task.WhenAll([.. nonces.Select(nonce => UseAsync(one, nonce)), .. nonces.Reverse().Select(nonce => UseAsync(other, nonce))]);
            Assert.Equal(16, taken.Count(first => first));
        }

        await using var database = PostgresDatabase.Open(_database);
        Assert.Equal([0L], await database.AskAsync(
            new("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), row => row.GetInt64(0), CancellationToken.None));
    }

    [Fact]
    public async Task finds_nothing_by_a_text_that_PostgreSQL_cannot_hold()
    {
        await using var store = await OpenAsync();

        Assert.Null(await store.FindBindingKeyAsync("a\0b", CancellationToken.None));
    }

    private static Task<bool> UseAsync(SqlStore store, string nonce) => store.UseNonceAsync(nonce, DateTimeOffset.UnixEpoch, CancellationToken.None);

    private static BindingKeyRecord KeyOf(int number) => new()
    {
        Id = $"key-{number}",
        Secret = [1],
        Created = DateTimeOffset.UnixEpoch,
        Names = [],
    };

    private protected override Task<SqlStore> OpenAsync() => Task.FromResult(new SqlStore(PostgresDatabase.Open(_database)));
}
