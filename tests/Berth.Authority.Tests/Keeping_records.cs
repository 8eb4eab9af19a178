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
            (i % 2 == 0 ? Store : Other).FinishChallengeAsync(Verdict(challenge, "{}") with { Cost = [bucket] }, None)));

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
                .FinishChallengeAsync(Verdict(authorization.Challenges[0].Id), None)));

            Assert.Equal(OrderStatus.Ready, (await Store.FindOrderAsync(order.Id, None))!.Status);
        }
    }

    // As when the connection breaks between a commit and its answer.
    [Fact]
    public async Task comes_to_the_same_when_a_change_is_carried_out_twice()
    {
        var (order, authorizations) = await AddOrderAsync("twice", names: 2);

        Assert.True(await Store.AddOrderAsync(order, authorizations, None));
        await Store.AddAuthorizationAsync(authorizations[0], None);
        foreach (var authorization in authorizations)
        {
            await Store.FinishChallengeAsync(Verdict(authorization.Challenges[0].Id), None);
        }

        Assert.True(await Store.FinishIssuanceAsync(order.Id, Certificate("77"), [], None));
        Assert.True(await Store.FinishIssuanceAsync(order.Id, Certificate("77"), [], None));
        Assert.Equal("77", (await Other.FindOrderAsync(order.Id, None))!.CertificateId);

        var renewal = Order("order-renewal", order.AccountId, []) with { Replaces = "77" };
        Assert.True(await Store.AddOrderAsync(renewal, [], None));
        Assert.True(await Store.AddOrderAsync(renewal, [], None));
        Assert.False(await Store.AddOrderAsync(renewal with { Id = "order-other" }, [], None));
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

    [Fact]
    public async Task pauses_a_name_after_so_many_failures_in_a_row_until_it_is_unpaused()
    {
        var tally = new NameTally("account-a", "n0.example", new LimitBucket("ConsecutiveFailures account-a n0.example", TimeSpan.FromDays(3), TimeSpan.FromDays(1)));
        var round = 0;
        async Task DecideAsync(string? error)
        {
            var (_, authorizations) = await AddOrderAsync($"r{round++}", names: 1);
            var challenge = authorizations[0].Challenges[0].Id;
            await Store.StartChallengeAsync(challenge, "url", _lease, None);
            await Other.FinishChallengeAsync(Verdict(challenge, error) with { Tally = tally }, None);
        }

        async Task<bool> IsPausedAsync() => (await Store.FindPausedAsync("account-a", ["other.example", "n0.example"], None)).SequenceEqual(["n0.example"]);
        await DecideAsync("{}");
        await DecideAsync("{}");
        await DecideAsync(null);
        await DecideAsync("{}");
        await DecideAsync("{}");
        Assert.False(await IsPausedAsync());
        await DecideAsync("{}");
        Assert.True(await IsPausedAsync());

        Assert.Equal([new PausedName("account-a", "n0.example", Now)], await Other.ListPausedAsync(10, None));
        Assert.Empty(await Other.UnpauseAsync("account-a", "other.example", None));
        Assert.Empty(await Other.UnpauseAsync("account-b", null, None));
        Assert.Equal(["n0.example"], await Other.UnpauseAsync("account-a", null, None));
        Assert.False(await IsPausedAsync());
        await DecideAsync("{}");
        await DecideAsync("{}");
        Assert.False(await IsPausedAsync());
    }

    [Fact]
    public async Task forgets_each_kind_of_record_at_its_own_time_a_batch_at_a_time()
    {
        var hour = TimeSpan.FromHours(1);
        await Store.UseNonceAsync("old", Now - (2 * hour), None);
        await Store.UseNonceAsync("new", Now - hour, None);
        await Store.ChargeAsync([Bucket("NewOrders full"), Bucket("CertificatesPerSet full")], Now - (2 * hour), None);
        await Store.ChargeAsync([Bucket("NewOrders counting"), Bucket("CertificatesPerSet counting")], Now, None);
        await Store.ChargeAsync([Bucket("CertificatesPerSet long ago")], Now.AddDays(-400), None);
        await Store.AddCertificateAsync(Certificate("aa") with { NotAfter = Now.AddDays(-366) }, None);
        await Store.AddCertificateAsync(Certificate("bb") with { NotAfter = Now.AddDays(-364) }, None);
        var (over, ended) = await AddOrderAsync("over", names: 2);
        var (open, still) = await AddOrderAsync("open", names: 1);
        var (working, _) = await ReadyOrderAsync("working");
        await Store.StartIssuanceAsync(working.Id, [1], _lease, None);
        var times = new PurgeTimes(Now, Now - (2 * hour) + TimeSpan.FromSeconds(1), Now, Now.AddDays(-365));

        Assert.Equal(4, await Other.PurgeAsync(times, 1, None));
        Assert.Equal(0, await Other.PurgeAsync(times, 100, None));

        Assert.True(await Store.UseNonceAsync("old", Now, None));
        Assert.False(await Store.UseNonceAsync("new", Now, None));
        Assert.Equal(
            [null, Now - hour, Now + hour, Now + hour, null],
            await Store.ReadBucketsAsync(["NewOrders full", "CertificatesPerSet full", "NewOrders counting", "CertificatesPerSet counting", "CertificatesPerSet long ago"], None));
        Assert.Null(await Store.FindCertificateAsync("aa", None));
        Assert.NotNull(await Store.FindCertificateAsync("bb", None));

        // Now the orders' time has come: what is in work stays, and so does what an order that stays still needs.
        await Store.AddOrderAsync(open with { Id = "later", Expires = Now.AddDays(30) }, [], None);
        var later = times with { Ended = Now.AddDays(8) };
        while (await Other.PurgeAsync(later, 1, None) > 0)
        {
        }

        Assert.Null(await Store.FindOrderAsync(over.Id, None));
        Assert.Null(await Store.FindOrderAsync(open.Id, None));
        Assert.NotNull(await Store.FindOrderAsync("later", None));
        Assert.Equal(OrderStatus.Processing, (await Store.FindOrderAsync(working.Id, None))!.Status);
        Assert.Null(await Store.FindAuthorizationAsync(ended[0].Id, None));
        Assert.Null(await Store.FindChallengeAsync(ended[1].Challenges[0].Id, None));
        Assert.NotNull(await Store.FindAuthorizationAsync(still[0].Id, None));
        Assert.NotNull(await Store.FindChallengeAsync(still[0].Challenges[0].Id, None));
    }

    private protected static ChallengeVerdict Verdict(string challenge, string? error = null) => new(challenge, "url", Now, Now.AddDays(1), error);

    private static LimitBucket Bucket(string key) => new(key, TimeSpan.FromHours(5), TimeSpan.FromHours(1));

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

    private protected async Task<(OrderRecord Order, ImmutableArray<AuthorizationRecord> Authorizations)> AddOrderAsync(string id, int names)
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
            await Store.FinishChallengeAsync(Verdict(authorization.Challenges[0].Id), None);
        }

        return (order, authorizations);
    }
}
