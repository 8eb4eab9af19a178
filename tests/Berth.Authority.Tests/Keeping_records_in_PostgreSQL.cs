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
    public async Task never_has_two_nodes_wait_for_each_other_over_orders_that_both_decide_on()
    {
        await using var one = PostgresDatabase.Open(_database);
        await using var other = PostgresDatabase.Open(_database);
        await using var first = new SqlStore(one);
        await using var second = new SqlStore(other);
        for (var round = 0; round < 10; round++)
        {
            var (_, a) = await AddOrderAsync($"a{round}", names: 2);
            var (_, b) = await AddOrderAsync($"b{round}", names: 2);

            // What comes while a node is busy travels together.
            Task[] busy = [BusyAsync(one), BusyAsync(other)];
            var decided = await Task.WhenAll(Deciding(first, a[0]), Deciding(first, b[0]), Deciding(second, b[1]), Deciding(second, a[1]));
            await Task.WhenAll(busy);

            Assert.DoesNotContain(false, decided);
            Assert.Equal(OrderStatus.Ready, (await Store.FindOrderAsync($"order-a{round}", CancellationToken.None))!.Status);
            Assert.Equal(OrderStatus.Ready, (await Store.FindOrderAsync($"order-b{round}", CancellationToken.None))!.Status);
        }

        Assert.Equal([0L], await one.AskAsync(
            new("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), row => row.GetInt64(0), CancellationToken.None));
    }

    [Fact]
    public async Task does_not_wait_long_for_a_row_that_somebody_holds()
    {
        var (order, authorizations) = await AddOrderAsync("held", names: 1);
        await using var somebody = new NpgsqlConnection(_database);
        await somebody.OpenAsync();
        await using var holding = await somebody.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand($"SELECT 1 FROM acme_order WHERE id = '{order.Id}' FOR UPDATE", somebody, holding);
        await hold.ExecuteNonQueryAsync();

        var verdict = Verdict(authorizations[0].Challenges[0].Id);
        var deciding = Store.FinishChallengeAsync(verdict, CancellationToken.None);
        var (others, _) = await AddOrderAsync("free", names: 1);

        Assert.NotNull(await Store.FindOrderAsync(others.Id, CancellationToken.None));
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, (await Assert.ThrowsAsync<PostgresException>(() => deciding)).SqlState);
        await holding.RollbackAsync();
        Assert.True(await Store.FinishChallengeAsync(verdict, CancellationToken.None));
    }

    [Fact]
    public async Task keeps_what_travels_with_rows_that_cannot_be_read()
    {
        await using var database = PostgresDatabase.Open(_database);

        var faults = await Task.WhenAll(Enumerable.Range(0, 50).Select(async n => await Record.ExceptionAsync(() => database.MarkAsync(
            new("INSERT INTO used_nonce VALUES ($1, 1) ON CONFLICT DO NOTHING RETURNING used", $"n{n}"),
            row => n % 10 == 3 ? throw new FormatException() : row.GetInt64(0) == 1 ? n : throw new InvalidOperationException(),
            CancellationToken.None))));

        Assert.Equal(5, faults.Count(fault => fault is FormatException));
        Assert.Equal(45, faults.Count(fault => fault is null));
    }

    [Fact]
    public async Task finds_nothing_by_a_text_that_PostgreSQL_cannot_hold()
    {
        await using var store = await OpenAsync();

        Assert.Null(await store.FindBindingKeyAsync("a\0b", CancellationToken.None));
    }

    private static Task<int> BusyAsync(PostgresDatabase database) =>
        database.ApplyAsync([new("SELECT pg_sleep(0.05)") { HasRows = true }], CancellationToken.None);

    private static Task<bool> Deciding(SqlStore store, AuthorizationRecord authorization) =>
        store.FinishChallengeAsync(Verdict(authorization.Challenges[0].Id), CancellationToken.None);

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
