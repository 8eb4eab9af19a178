using System.Text.Json;
using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §7.4.1.</summary>
public sealed class Authorizing_ahead_of_an_order : WithAuthority
{
    private protected override AuthorityOptions Change(AuthorityOptions options) => options with { DeniedNames = ["secret.localhost"] };

    [Fact]
    public async Task makes_a_pending_authorization_that_orders_then_reuse()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var made = await client.PostAsync(client.Directory.NewAuthz!, For("a.localhost"));
        Assert.Equal((201, "pending"), (made.Status, made.As(AcmeJson.Default.Authorization).Status));
        var challenge = await client.ChallengeOfAsync(made.Location!);
        Host.Answer(challenge.Token!, KeyAuthorization.Of(challenge.Token!, client.Key.Thumbprint));
        await client.PostAsync(challenge.Url, "{}");
        await client.WaitAsync(made.Location!, AcmeJson.Default.Authorization, found => found.Status == "valid");

        var (_, order) = await client.OrderAsync("a.localhost");
        Assert.Equal("ready", order.Status);
        Assert.Equal([made.Location!], order.Authorizations);
    }

    [Fact]
    public async Task finds_one_that_is_there_with_200()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var first = await client.PostAsync(client.Directory.NewAuthz!, For("a.localhost"));

        var second = await client.PostAsync(client.Directory.NewAuthz!, For("A.localhost"));

        Assert.Equal((200, first.Location), (second.Status, second.Location));
    }

    [Fact]
    public async Task is_refused_for_wildcards_and_for_what_no_order_may_hold()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        (await client.PostAsync(client.Directory.NewAuthz!, For("*.a.localhost"))).Refuses(AcmeError.Malformed, 400);
        (await client.PostAsync(client.Directory.NewAuthz!, For("secret.localhost"))).Refuses(AcmeError.RejectedIdentifier, 400);
        (await client.PostAsync(client.Directory.NewAuthz!, "{}")).Refuses(AcmeError.Malformed, 400);
    }

    private static string For(string name) => JsonSerializer.Serialize(
        new NewAuthorizationRequest { Identifier = Identifier.Dns(name) }, AcmeJson.Default.NewAuthorizationRequest);
}
