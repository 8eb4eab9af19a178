using System.Collections.Immutable;
using Berth.Authority.Storage;

namespace Berth.Authority.Tests;

/// <summary>What every store promises; each test runs on SQLite and on PostgreSQL.</summary>
public abstract class Keeping_records : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);
    private readonly Lease _lease = new("node", Now + NodeIdentity.LeaseTime);

    private protected SqlStore Store { get; private set; } = null!;

    /// <summary>The store as another node, or another process, sees it.</summary>
    private protected SqlStore Other { get; private set; } = null!;

    private protected abstract Task<SqlStore> OpenAsync();

    public virtual async ValueTask InitializeAsync() => (Store, Other) = (await OpenAsync(), await OpenAsync());

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Other.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task gives_each_token_of_a_bucket_once_however_many_ask_and_gives_them_back_evenly()
    {
        var bucket = new LimitBucket("NewOrders a", TimeSpan.FromHours(3), TimeSpan.FromHours(1));
        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? Store : Other).TakeAsync(bucket, Now, None)));

        Assert.Equal(3, taken.Count(got => got));
        Assert.Equal(Now.AddHours(3), (await Other.ReadBucketsAsync([bucket.Key, "none"], None))[0]);
        Assert.Null((await Other.ReadBucketsAsync([bucket.Key, "none"], None))[1]);
        Assert.False(await Store.TakeAsync(bucket, Now.AddMinutes(59), None));
        Assert.True(await Store.TakeAsync(bucket, Now.AddMinutes(60), None));
        Assert.False(await Other.TakeAsync(bucket, Now.AddMinutes(60), None));
    }

    [Fact]
    public async Task charges_empty_buckets_too()
    {
        var bucket = new LimitBucket("CertificatesPerSet a", TimeSpan.FromHours(2), TimeSpan.FromHours(1));
        await Store.ChargeAsync([bucket, bucket with { Key = "CertificatesPerDomain a" }, bucket], Now, None);
        await Other.ChargeAsync([bucket], Now, None);

        Assert.Equal([Now.AddHours(3), Now.AddHours(1)], await Store.ReadBucketsAsync([bucket.Key, "CertificatesPerDomain a"], None));
        Assert.False(await Store.TakeAsync(bucket, Now.AddHours(1), None));
        Assert.True(await Store.TakeAsync(bucket, Now.AddHours(2), None));
    }

    [Fact]
    public async Task charges_for_a_decision_once_however_many_nodes_decide()
    {
        var bucket = new LimitBucket("FailedValidations a", TimeSpan.FromHours(5), TimeSpan.FromHours(1));
        var (_, authorizations) = await AddOrderAsync("a", names: 1);
        var challenge = authorizations[0].Challenges[0].Id;
        await Store.StartChallengeAsync(challenge, "url", _lease, None);

        var decided = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            (i % 2 == 0 ? Store : Other).FinishChallengeAsync(challenge, Now, Now, "{}", [bucket], None)));

        Assert.Single(decided, won => won);
        Assert.Equal([Now.AddHours(1)], await Other.ReadBucketsAsync([bucket.Key], None));
    }

    [Fact]
    public async Task gives_a_key_one_account_however_many_ask()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? Store : Other).AddAccountAsync(Account($"a{i}", "same"), null, None)));

        Assert.Single(added.Select(account => account!.Id).Distinct());
        var (found, again) = (await Store.FindAccountByKeyAsync("same", None), await Other.FindAccountAsync(added[0]!.Id, None));
        Assert.Equal(["mailto:a@example.com", "mailto:b@example.com"], found!.Contacts);
        Assert.True(again!.TermsAgreed);
        Assert.Equal(Now, again.Created);
    }

    [Fact]
    public async Task lets_one_account_have_a_key()
    {
        await Store.AddAccountAsync(Account("a", "ka"), null, None);
        await Store.AddAccountAsync(Account("b", "kb"), null, None);

        Assert.Equal("b", await Other.ChangeKeyAsync("a", "ka", "kb", "{}", None));
        Assert.Equal("a", await Other.ChangeKeyAsync("a", "wrong", "kc", "{}", None));
        Assert.Null(await Other.ChangeKeyAsync("a", "ka", "kc", "{}", None));
        Assert.Equal("a", (await Store.FindAccountByKeyAsync("kc", None))!.Id);
    }

    [Fact]
    public async Task finds_an_order_ready_when_its_last_authorizations_are_decided_at_once()
    {
        for (var round = 0; round < 10; round++)
        {
            var (order, authorizations) = await AddOrderAsync($"r{round}", names: 8);
            await Task.WhenAll(authorizations.Select(authorization => Store.StartChallengeAsync(authorization.Challenges[0].Id, "url", _lease, None)));

            await Task.WhenAll(authorizations.Select((authorization, i) => (i % 2 == 0 ? Store : Other)
                .FinishChallengeAsync(authorization.Challenges[0].Id, Now, Now.AddDays(1), null, [], None)));

            Assert.Equal(OrderStatus.Ready, (await Store.FindOrderAsync(order.Id, None))!.Status);
        }
    }

    [Fact]
    public async Task finalizes_an_order_once_however_many_nodes_try()
    {
        var (order, _) = await ReadyOrderAsync("a");

        var started = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            (i % 2 == 0 ? Store : Other).StartIssuanceAsync(order.Id, [1, 2, 3], _lease, None)));
        var finished = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            (i % 2 == 0 ? Store : Other).FinishIssuanceAsync(order.Id, Certificate($"{i:x2}"), [], None)));

        Assert.Single(started, won => won);
        Assert.Single(finished, won => won);
        var stored = await Other.FindOrderAsync(order.Id, None);
        Assert.Equal(OrderStatus.Valid, stored!.Status);
        Assert.Equal([1, 2, 3], stored.Csr!);
        Assert.Equal([9, 9], (await Store.FindCertificateAsync(stored.CertificateId!, None))!.Der);
        foreach (var lost in Enumerable.Range(0, 16).Select(i => $"{i:x2}").Where(serial => serial != stored.CertificateId))
        {
            Assert.Null(await Store.FindCertificateAsync(lost, None));
        }
    }

    [Fact]
    public async Task does_not_finalize_with_a_proof_that_was_taken_back()
    {
        var (order, authorizations) = await ReadyOrderAsync("a");
        var second = order with { Id = "later", Status = OrderStatus.Ready };
        await Store.DeactivateAuthorizationAsync(authorizations[0].Id, "{}", None);
        await Store.AddOrderAsync(second, [], None);

        Assert.Equal(OrderStatus.Invalid, (await Store.FindOrderAsync(order.Id, None))!.Status);
        Assert.False(await Store.StartIssuanceAsync("later", [1], _lease, None));
    }

    [Fact]
    public async Task hands_work_to_one_node_when_the_lease_of_another_has_ended()
    {
        var (order, _) = await ReadyOrderAsync("a");
        await Store.StartIssuanceAsync(order.Id, [1], _lease, None);
        var (pending, authorizations) = await AddOrderAsync("b", names: 1);
        await Store.StartChallengeAsync(authorizations[0].Challenges[0].Id, "url", _lease, None);
        var lease = new Lease("other", Now.AddMinutes(10));

        Assert.Empty(await Other.ClaimOrdersAsync(lease, Now, 10, None));
        Assert.Empty(await Other.ClaimChallengesAsync(lease, Now, 10, None));
        var orders = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? Store : Other).ClaimOrdersAsync(lease, _lease.Until, 10, None)));
        var challenges = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? Store : Other).ClaimChallengesAsync(lease, _lease.Until, 10, None)));

        Assert.Equal([order.Id], orders.SelectMany(claimed => claimed));
        var task = Assert.Single(challenges.SelectMany(claimed => claimed));
        Assert.Equal((authorizations[0].Challenges[0].Token, "key-b"), (task.Token, task.Thumbprint));
        Assert.Empty(await Store.KeepOrdersAsync([order.Id], _lease, None));
        Assert.Equal([order.Id], await Other.KeepOrdersAsync([order.Id, "none"], lease, None));
        var mine = new Lease(lease.Node, lease.Until.AddMinutes(1));
        Assert.Equal([task.ChallengeId], await Store.KeepChallengesAsync([task.ChallengeId, "none"], mine, None));
        Assert.Empty(await Store.KeepChallengesAsync([task.ChallengeId], _lease, None));
        Assert.Empty(await Store.ClaimChallengesAsync(lease, lease.Until, 10, None));
        Assert.Equal(OrderStatus.Pending, (await Store.FindOrderAsync(pending.Id, None))!.Status);
    }

    [Fact]
    public async Task lists_orders_by_age_a_page_at_a_time()
    {
        for (var i = 0; i < 5; i++)
        {
            await Store.AddOrderAsync(Order($"o{i}", "a", []), [], None);
        }

        Assert.Equal(["o0", "o1"], await Store.ListOrdersAsync("a", "", 2, Now, None));
        Assert.Equal(["o2", "o3", "o4"], await Other.ListOrdersAsync("a", "o1", 9, Now, None));
        Assert.Empty(await Store.ListOrdersAsync("a", "", 9, Now.AddDays(30), None));
    }

    [Fact]
    public async Task revokes_once_and_numbers_lists_upwards_for_all_nodes()
    {
        await Store.AddCertificateAsync(Certificate("aa"), None);

        var revoked = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? Store : Other).RevokeAsync("aa", Now, 1, None)));
        var numbers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? Store : Other).NextCrlNumberAsync("1", None)));

        Assert.Single(revoked, won => won);
        Assert.Equal(20, numbers.Distinct().Count());
        Assert.Equal([new RevokedSerial("aa", Now, 1)], await Other.ListRevokedAsync("1", Now, None));
        Assert.True(await Other.IsCompromisedAsync("hash", None));
        Assert.Empty(await Other.ListRevokedAsync("1", Now.AddDays(91), None));
    }

    internal static AccountRecord Account(string id, string thumbprint) => new()
    {
        Id = id,
        Thumbprint = thumbprint,
        Jwk = "{}",
        Status = AccountStatus.Valid,
        Contacts = ["mailto:a@example.com", "mailto:b@example.com"],
        TermsAgreed = true,
        Created = Now,
    };

    private static CertificateRecord Certificate(string serial) => new()
    {
        Serial = serial,
        IssuerId = "1",
        Der = [9, 9],
        KeyHash = "hash",
        NotBefore = Now,
        NotAfter = Now.AddDays(90),
    };

    private static OrderRecord Order(string id, string account, ImmutableArray<string> authorizations) => new()
    {
        Id = id,
        AccountId = account,
        Status = OrderStatus.Pending,
        Created = Now,
        Expires = Now.AddDays(7),
        Names = ["x.example"],
        AuthorizationIds = authorizations,
    };

    private async Task<(OrderRecord Order, ImmutableArray<AuthorizationRecord> Authorizations)> AddOrderAsync(string id, int names)
    {
        await Store.AddAccountAsync(Account($"account-{id}", $"key-{id}"), null, None);
        ImmutableArray<AuthorizationRecord> authorizations = [.. Enumerable.Range(0, names).Select(i => new AuthorizationRecord
        {
            Id = $"z{i}-{id}",
            AccountId = $"account-{id}",
            Name = $"n{i}.example",
            Status = AuthorizationStatus.Pending,
            Expires = Now.AddDays(7),
            Challenges =
            [
                new ChallengeRecord
                {
                    Id = $"c{i}-{id}",
                    AuthorizationId = $"z{i}-{id}",
                    Type = "http-01",
                    Token = $"token-{i}-{id}",
                    Status = ChallengeStatus.Pending,
                },
            ],
        })];
        var order = Order($"order-{id}", $"account-{id}", [.. authorizations.Select(authorization => authorization.Id)]);
        await Store.AddOrderAsync(order, authorizations, None);
        return (order, authorizations);
    }

    private async Task<(OrderRecord Order, ImmutableArray<AuthorizationRecord> Authorizations)> ReadyOrderAsync(string id)
    {
        var (order, authorizations) = await AddOrderAsync(id, names: 2);
        foreach (var authorization in authorizations)
        {
            await Store.StartChallengeAsync(authorization.Challenges[0].Id, "url", _lease, None);
            await Store.FinishChallengeAsync(authorization.Challenges[0].Id, Now, Now.AddDays(1), null, [], None);
        }

        return (order, authorizations);
    }
}
