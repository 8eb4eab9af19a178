using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Berth.Acme.Limits;
using Berth.Acme.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Authority.Tests;

/// <summary>https://letsencrypt.org/docs/rate-limits/, with smaller numbers where the real ones would take long.</summary>
public sealed class Counting_as_Let_s_Encrypt_counts : WithAuthority
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    private protected override TimeProvider? Time => _clock;

    private protected override AuthorityOptions Change(AuthorityOptions options) => options with
    {
        AuthorizationLifetime = TimeSpan.FromDays(90),
        Limits = new RateLimits
        {
            All =
            [
                new(LimitKind.NewAccounts, 10, TimeSpan.FromHours(3)),
                new(LimitKind.NewOrders, 12, TimeSpan.FromHours(3)),
                new(LimitKind.CertificatesPerDomain, 4, Week),
                new(LimitKind.CertificatesPerSet, 2, Week),
                new(LimitKind.FailedValidations, 3, TimeSpan.FromHours(1)),
                new(LimitKind.ConsecutiveFailures, 4, TimeSpan.FromDays(4)),
            ],
        },
    };

    [Fact]
    public async Task allows_ten_accounts_an_address_and_says_when_there_is_one_more()
    {
        for (var i = 0; i < 10; i++)
        {
            (await AcmeTestClient.RegisterAsync(Authority)).Dispose();
        }

        using var one = await AcmeTestClient.ConnectAsync(Authority);
        var wait = Refused(await one.PostAsync(one.Directory.NewAccount, "{}"), "new accounts from your address: 10 in 3 hours");
        Assert.InRange(wait, TimeSpan.FromMinutes(17), TimeSpan.FromMinutes(18));

        _clock.Advance(wait);
        Assert.Equal(201, (await one.PostAsync(one.Directory.NewAccount, "{}")).Status);
        // Who has an account may ask for it at any time.
        Assert.Equal(200, (await one.PostAsync(one.Directory.NewAccount, "{}")).Status);
    }

    [Fact]
    public async Task refills_the_orders_of_an_account_evenly_and_keeps_count_over_a_restart()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        for (var i = 0; i < 12; i++)
        {
            await client.OrderAsync($"n{i}.localhost");
        }

        await Authority.RestartAsync();
        var wait = Refused(await TryAsync(client, "n12.localhost"), "new orders of this account: 12 in 3 hours");
        Assert.InRange(wait, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
        using var other = await AcmeTestClient.RegisterAsync(Authority);
        await other.OrderAsync("n12.localhost");

        _clock.Advance(wait);
        await client.OrderAsync("n12.localhost");
        Refused(await TryAsync(client, "n13.localhost"), "new orders");
    }

    [Fact]
    public async Task counts_certificates_by_the_registered_domain()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        for (var i = 0; i < 4; i++)
        {
            await client.IssueAsync(_key, Host, $"a{i}.shop.localhost");
        }

        var wait = Refused(await TryAsync(client, "a4.shop.localhost"), "certificates below one registered domain (shop.localhost): 4 in 7 days");
        Assert.InRange(wait, TimeSpan.FromHours(41), TimeSpan.FromHours(42));
        await client.OrderAsync("a4.other.localhost");
        // The same names again are a renewal: neither orders nor domains count them.
        await client.IssueAsync(_key, Host, "a0.shop.localhost");
    }

    [Fact]
    public async Task counts_the_same_names_together_whatever_their_order_is()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        await client.IssueAsync(_key, Host, "a.localhost", "b.localhost");
        await client.IssueAsync(_key, Host, "a.localhost", "b.localhost");

        Refused(await TryAsync(client, "b.localhost", "a.localhost"), "certificates for exactly these names: 2 in 7 days");
        await client.OrderAsync("a.localhost", "b.localhost", "c.localhost");
    }

    [Fact]
    public async Task counts_failed_validations_of_one_name_by_one_account()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        for (var i = 0; i < 3; i++)
        {
            await FailAsync(client, "wrong.localhost");
        }

        var wait = Refused(await TryAsync(client, "wrong.localhost"), "failed validations of one name by this account (wrong.localhost): 3 in 1 hour");
        Assert.InRange(wait, TimeSpan.FromMinutes(19), TimeSpan.FromMinutes(20));
        await client.OrderAsync("right.localhost");
        using var other = await AcmeTestClient.RegisterAsync(Authority);
        await other.OrderAsync("wrong.localhost");
    }

    [Fact]
    public async Task pauses_a_name_that_fails_again_and_again_whatever_time_passes_until_an_operator_unpauses_it()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        for (var i = 0; i < 4; i++)
        {
            await FailAsync(client, "wrong.localhost");
            _clock.Advance(TimeSpan.FromMinutes(20));
        }

        _clock.Advance(TimeSpan.FromDays(400));
        foreach (var names in (string[][])[["wrong.localhost"], ["wrong.localhost", "right.localhost"]])
        {
            var refused = await TryAsync(client, names);
            refused.Refuses(AcmeError.RateLimited, 429);
            Assert.DoesNotContain("Retry-After", refused.Headers.Keys);
            Assert.Matches("in a row .*paused: wrong.localhost\\..*berth ca unpause", refused.As(AcmeJson.Default.ProblemDocument).Detail);
        }

        await client.OrderAsync("right.localhost");
        await using (var store = Storage.SqliteStore.Open(Path.Combine(Authority.Options.DataFolder, "authority.db")))
        {
            Assert.Equal(["wrong.localhost"], await store.UnpauseAsync(client.Kid!.Split('/')[^1], null, CancellationToken.None));
        }

        await client.OrderAsync("wrong.localhost");
    }

    [Fact]
    public async Task forgets_earlier_failures_when_a_name_is_proven()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        for (var i = 0; i < 3; i++)
        {
            await FailAsync(client, "late.localhost");
            _clock.Advance(TimeSpan.FromMinutes(20));
        }

        await client.IssueAsync(_key, Host, "late.localhost");
        _clock.Advance(TimeSpan.FromDays(91));
        await FailAsync(client, "late.localhost");

        await client.OrderAsync("late.localhost");
    }

    [Fact]
    public async Task lets_a_renewal_in_its_window_pass_everything_and_one_before_it_nothing()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (first, _) = await client.IssueAsync(_key, Host, "a.localhost");
        await client.IssueAsync(_key, Host, "a.localhost");
        Refused(await TryAsync(client, "a.localhost"), "exactly these names");
        Refused(await ReplaceAsync(client, first, "a.localhost"), "exactly these names");

        _clock.Advance(TimeSpan.FromDays(60));
        await client.IssueAsync(_key, Host, "a.localhost");
        await client.IssueAsync(_key, Host, "a.localhost");
        Refused(await TryAsync(client, "a.localhost"), "exactly these names");
        Assert.Equal(201, (await ReplaceAsync(client, first, "a.localhost")).Status);
    }

    private static async Task FailAsync(AcmeTestClient client, string name)
    {
        var (url, order) = await client.OrderAsync(name);
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0]);
        await client.PostAsync(challenge.Url, "{}");
        await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status == AcmeStatus.Invalid);
    }

    private static Task<Answer> TryAsync(AcmeTestClient client, params string[] names) =>
        client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor(names));

    private static Task<Answer> ReplaceAsync(AcmeTestClient client, X509Certificate2 replaced, string name) => client.PostAsync(
        client.Directory.NewOrder,
        JsonSerializer.Serialize(
            new NewOrderRequest { Identifiers = [Identifier.Dns(name)], Replaces = RenewalCertificateId.Of(replaced) },
            AcmeJson.Default.NewOrderRequest));

    private TimeSpan Refused(Answer answer, string says)
    {
        answer.Refuses(AcmeError.RateLimited, 429);
        Assert.Contains(says, answer.Body, StringComparison.Ordinal);
        var wait = TimeSpan.FromSeconds(int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture));
        var at = (_clock.GetUtcNow() + wait).UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        Assert.Contains($"Try again after {at[..13]}", answer.Body, StringComparison.Ordinal);
        return wait;
    }
}
