using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;
using Berth.Authority.Signing;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Authority.Tests;

public sealed class Letting_time_pass : WithAuthority
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    private protected override TimeProvider Time => _clock;

    [Fact]
    public async Task ends_an_order_that_was_not_finalized_and_an_authorization_that_was_not_proven()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (url, order) = await client.OrderAsync("a.localhost");
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0]);
        Assert.Equal(Authority.Options.OrderLifetime, order.Expires!.Value - DateTimeOffset.FromUnixTimeSeconds(_clock.GetUtcNow().ToUnixTimeSeconds()));

        _clock.Advance(Authority.Options.OrderLifetime + TimeSpan.FromSeconds(1));

        Assert.Equal("invalid", (await client.ReadAsync(url, AcmeJson.Default.Order)).Status);
        Assert.Equal("invalid", (await client.ReadAsync(order.Authorizations[0], AcmeJson.Default.Authorization)).Status);
        (await client.PostAsync(challenge.Url, "{}")).Refuses(AcmeError.Malformed, 400);
        (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost"))).Refuses(AcmeError.OrderNotReady, 403);
        Assert.Empty((await client.ReadAsync(client.Kid + "/orders", AcmeJson.Default.OrderList)).Orders);
    }

    [Fact]
    public async Task ends_a_proof()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");
        await client.ProveAsync(url, order, Host);

        _clock.Advance(Authority.Options.AuthorizationLifetime + TimeSpan.FromSeconds(1));

        Assert.Equal("expired", (await client.ReadAsync(order.Authorizations[0], AcmeJson.Default.Authorization)).Status);
        Assert.Equal("pending", (await client.OrderAsync("a.localhost")).Order.Status);
    }

    [Fact]
    public async Task gives_up_on_a_host_that_does_not_answer_within_ten_seconds()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var reached = new TaskCompletionSource();
        Host.Behaviour = async context =>
        {
            reached.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        var (url, order) = await client.OrderAsync("a.localhost");
        await client.PostAsync((await client.ChallengeOfAsync(order.Authorizations[0])).Url, "{}");
        await reached.Task;
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("processing", (await client.ChallengeOfAsync(order.Authorizations[0])).Status);

        _clock.Advance(TimeSpan.FromSeconds(1));

        var outcome = await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "pending");
        Assert.Equal(AcmeError.Connection, outcome.Error!.Type);
        Assert.Contains("10 seconds", outcome.Error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task never_lets_a_leaf_outlive_its_intermediate()
    {
        using var scratch = new ScratchFolder();
        using var hierarchy = Hierarchy.Open(new HierarchyFolder(scratch["keys"]), TimeSpan.FromDays(90), _clock);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _clock.Advance(TimeSpan.FromDays((5 * 365) - 30));

        var leaf = new LeafIssuer(hierarchy, TimeSpan.FromDays(90), _clock).Issue(new PublicKey(key), ["a.localhost"]);

        Assert.Equal(hierarchy.Current.NotAfter, leaf.NotAfter);
    }

    [Fact]
    public void makes_the_next_intermediate_in_time_and_keeps_the_old_one()
    {
        using var scratch = new ScratchFolder();
        var folder = new HierarchyFolder(scratch["keys"]);
        using var first = Hierarchy.Open(folder, TimeSpan.FromDays(90), _clock);
        _clock.Advance(TimeSpan.FromDays((5 * 365) - 30));

        using var second = Hierarchy.Open(folder, TimeSpan.FromDays(90), _clock);

        Assert.Equal(first.Root.RawData, second.Root.RawData);
        Assert.Equal(["1", "2"], second.Issuers.Select(issuer => issuer.Id));
        Assert.Equal(first.Current.Certificate.RawData, second.Issuers[0].Certificate.RawData);
        Assert.Equal("2", second.Current.Id);
    }

    [Fact]
    public void makes_another_intermediate_when_the_last_one_comes_from_a_clock_that_was_ahead()
    {
        using var scratch = new ScratchFolder();
        var folder = new HierarchyFolder(scratch["keys"]);
        Hierarchy.Open(folder, TimeSpan.FromDays(90), _clock).Dispose();
        Hierarchy.Open(folder, TimeSpan.FromDays(90), new FakeTimeProvider(_clock.GetUtcNow().AddYears(6))).Dispose();

        using var hierarchy = Hierarchy.Open(folder, TimeSpan.FromDays(90), _clock);

        Assert.Equal("3", hierarchy.Current.Id);
        Assert.True(hierarchy.Current.NotBefore <= _clock.GetUtcNow());
    }

    [Fact]
    public async Task renews_the_endpoints_own_certificate_and_the_CRL()
    {
        using var http = new HttpClient();
        var crl = new Uri(Authority.Server.HttpBase!, "crl/1.crl");
        var (certificate, list) = (await EndpointAsync(), await http.GetByteArrayAsync(crl));
        Assert.Equal(certificate, await EndpointAsync());
        Assert.Equal(list, await http.GetByteArrayAsync(crl));

        _clock.Advance(TimeSpan.FromDays(61));

        Assert.NotEqual(list, await http.GetByteArrayAsync(crl));
        await Eventually.TrueAsync(async () => await EndpointAsync() != certificate);
    }

    [Fact]
    public async Task replaces_the_endpoints_own_certificate_once_a_clock_that_was_ahead_is_set_right()
    {
        var (now, first) = (_clock.GetUtcNow(), await EndpointAsync());
        _clock.Advance(TimeSpan.FromDays(61));
        await Eventually.TrueAsync(async () => await EndpointAsync() != first);
        var early = await EndpointAsync();

        _clock.AdjustTime(now);

        await Eventually.TrueAsync(async () =>
        {
            _clock.Advance(TimeSpan.FromMinutes(5));
            return await EndpointAsync() != early;
        });
        Assert.True(_clock.GetUtcNow() - now < TimeSpan.FromDays(60));
    }

    private async Task<string> EndpointAsync()
    {
        var serial = "";
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    serial = certificate!.GetSerialNumberString();
                    // Its time has not come by the real clock, so the usual validation would refuse it.
                    return certificate.Issuer.Contains("Berth Intermediate", StringComparison.Ordinal);
                },
            },
        });
        await http.GetStringAsync(Authority.Server.Directory);
        return serial;
    }
}
