using System.Collections.Immutable;
using System.Security.Cryptography;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;
using Berth.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Authority.Tests;

/// <summary>Leases on work that waits or runs longer than a lease lasts.</summary>
public sealed class Holding_work : WithAuthority
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(4);
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly TaskCompletionSource _open = new();
    private Action<string>? _atStep;

    private protected override TimeProvider Time => _clock;

    private protected override AuthorityOptions Change(AuthorityOptions options) =>
        options with { LeaseTime = LeaseTime, ConcurrentValidations = 1, FailPoint = step => _atStep?.Invoke(step) };

    [Fact]
    public async Task asks_once_for_each_name_however_long_they_wait_in_this_process()
    {
        Host.Behaviour = async context =>
        {
            await _open.Task;
            context.Response.StatusCode = 404;
        };
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var urls = new List<string>();
        foreach (var name in (string[])["a.localhost", "b.localhost", "c.localhost"])
        {
            var (url, order) = await client.OrderAsync(name);
            await client.PostAsync((await client.ChallengeOfAsync(order.Authorizations[0])).Url, "{}");
            urls.Add(url);
        }

        // Within the patience of one attempt, and yet twice as long as a lease.
        for (var i = 0; i < 16; i++)
        {
            _clock.Advance(LeaseTime / 8);
            await Eventually.TrueAsync(() => Task.FromResult(SoonestEnd() > _clock.GetUtcNow() + (LeaseTime / 4)));
        }

        _open.SetResult();
        foreach (var url in urls)
        {
            Assert.Equal(AcmeStatus.Invalid, (await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != AcmeStatus.Pending)).Status);
        }

        Assert.Equal(3, Host.Requests);
    }

    [Fact]
    public async Task records_no_certificate_for_an_order_that_another_node_has_decided_meanwhile()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (url, order) = await client.OrderAsync("a.localhost");
        await client.ProveAsync(url, order, Host);
        var steps = new List<string>();
        _atStep = step =>
        {
            steps.Add(step);
            using var other = new SqliteSession(Database);
            other.Execute("UPDATE acme_order SET status = 'invalid' WHERE status IN ('ready', 'processing')");
        };

        Assert.Equal(200, (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost"))).Status);

        Assert.Equal(
            AcmeStatus.Invalid, (await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status is AcmeStatus.Valid or AcmeStatus.Invalid)).Status);
        Assert.Equal(["signed"], steps);
        using var session = new SqliteSession(Database);
        Assert.Equal(0, session.Number("SELECT count(*) FROM certificate WHERE names = 'a.localhost'"));
    }

    [Fact]
    public async Task renews_a_lease_by_what_the_store_has_whoever_asked_for_the_work_again_meanwhile()
    {
        var node = new NodeIdentity(_clock, LeaseTime);
        var kept = new TaskCompletionSource<ImmutableArray<string>>();
        await using var held = new HeldWork(
            node,
            (ids, _, _) =>
            {
                kept.TrySetResult(ids);
                return Task.FromResult(ids);
            },
            _clock,
            NullLogger.Instance);
        held.Start();
        Assert.True(held.TryTake("a", node.NewLease()));
        _clock.Advance(LeaseTime / 4);

        Assert.False(held.TryTake("a", node.NewLease()));
        // Past half of the first lease, not of the one that was asked for meanwhile.
        _clock.Advance(3 * node.BetweenRenewals);

        Assert.Equal(["a"], await kept.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
    }

    private string Database => Path.Combine(Authority.Options.DataFolder, "authority.db");

    private DateTimeOffset SoonestEnd()
    {
        using var session = new SqliteSession(Database);
        return DateTimeOffset.FromUnixTimeMilliseconds(session.Number("SELECT min(lease_until) FROM challenge WHERE status = 'processing'"));
    }
}
