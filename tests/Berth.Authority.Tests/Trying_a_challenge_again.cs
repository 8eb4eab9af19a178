using Berth.Acme.Protocol;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §8.2.</summary>
public sealed class Trying_a_challenge_again : WithAuthority
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    private protected override TimeProvider Time => _clock;

    private protected override AuthorityOptions Change(AuthorityOptions options) =>
        options with { ValidationRetries = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)] };

    [Fact]
    public async Task stays_in_processing_with_the_error_and_says_when_the_next_attempt_is()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0]);
        await client.PostAsync(challenge.Url, "{}");
        await IsWaitingAsync(client, challenge, 2);

        var waiting = await client.PostAsync(challenge.Url);

        Assert.Equal("processing", waiting.As(AcmeJson.Default.Challenge).Status);
        Assert.InRange(int.Parse(waiting.Headers["Retry-After"], null), 4, 5);
        Assert.InRange(int.Parse((await client.PostAsync(order.Authorizations[0])).Headers["Retry-After"], null), 4, 5);
        Host.Answer(challenge.Token!, KeyAuthorization.Of(challenge.Token!, client.Key.Thumbprint));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("ready", (await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "pending")).Status);
        Assert.Equal(2, Host.Requests);
        Assert.Null((await client.ChallengeOfAsync(order.Authorizations[0])).Error);
    }

    [Fact]
    public async Task is_hurried_by_a_client_that_sends_its_response_again()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0]);
        await client.PostAsync(challenge.Url, "{}");
        await IsWaitingAsync(client, challenge, 2);
        Host.Answer(challenge.Token!, KeyAuthorization.Of(challenge.Token!, client.Key.Thumbprint));

        await client.PostAsync(challenge.Url, "{}");
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("ready", (await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "pending")).Status);
        Assert.Equal(2, Host.Requests);
    }

    [Fact]
    public async Task makes_no_more_attempts_than_it_has_however_often_a_client_hurries()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0]);
        await client.PostAsync(challenge.Url, "{}");
        await IsWaitingAsync(client, challenge, 2);
        for (var i = 0; i < 20; i++)
        {
            await client.PostAsync(challenge.Url, "{}");
        }

        Assert.Equal(1, Host.Requests);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await IsWaitingAsync(client, challenge, 20);
        Assert.Equal(2, Host.Requests);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("invalid", (await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "pending")).Status);
        Assert.Equal(3, Host.Requests);
        Assert.Equal("invalid", (await client.PostAsync(challenge.Url, "{}")).As(AcmeJson.Default.Challenge).Status);
    }

    private static Task IsWaitingAsync(AcmeTestClient client, Challenge challenge, int seconds) => Eventually.TrueAsync(
        async () => int.Parse((await client.PostAsync(challenge.Url)).Headers.GetValueOrDefault("Retry-After") ?? "0", null) >= seconds);
}
