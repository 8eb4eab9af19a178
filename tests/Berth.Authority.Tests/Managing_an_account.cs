using System.Text.Json;
using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §7.3.</summary>
public sealed class Managing_an_account : WithAuthority
{
    [Fact]
    public async Task makes_one_with_201_and_finds_it_again_with_200()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        var first = await client.PostAsync(client.Directory.NewAccount, """{"contact":["mailto:a@example.com"]}""");
        var second = await client.PostAsync(client.Directory.NewAccount, """{"contact":["mailto:b@example.com"]}""");
        var existing = await client.PostAsync(client.Directory.NewAccount, """{"onlyReturnExisting":true}""");

        Assert.Equal((201, 200, 200), (first.Status, second.Status, existing.Status));
        Assert.Equal(first.Location, second.Location);
        Assert.Equal(first.Location, existing.Location);
        var account = existing.As(AcmeJson.Default.Account);
        Assert.Equal("valid", account.Status);
        Assert.Equal(["mailto:a@example.com"], account.Contact!);
        Assert.Equal(first.Location + "/orders", account.Orders);
    }

    [Fact]
    public async Task makes_one_account_of_many_requests_at_once()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.PostAsync(client.Directory.NewAccount, "{}")));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Single(answers.Select(answer => answer.Location).Distinct());
    }

    [Fact]
    public async Task makes_none_when_only_an_existing_one_is_wanted()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);

        (await client.PostAsync(client.Directory.NewAccount, """{"onlyReturnExisting":true}"""))
            .Refuses(AcmeError.AccountDoesNotExist, 400);
    }

    [Theory]
    [InlineData("tel:+123456", AcmeError.UnsupportedContact)]
    [InlineData("https://example.com", AcmeError.UnsupportedContact)]
    [InlineData("mailto:nobody", AcmeError.InvalidContact)]
    [InlineData("mailto:a@example.com,b@example.com", AcmeError.InvalidContact)]
    [InlineData("mailto:a@example.com?subject=x", AcmeError.InvalidContact)]
    [InlineData("mailto: a@example.com", AcmeError.InvalidContact)]
    [InlineData("mailto:a\nb@example.com", AcmeError.InvalidContact)]
    public async Task refuses_contacts_it_cannot_write_to(string contact, string error)
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        var payload = JsonSerializer.Serialize(
            new NewAccountRequest { Contact = [contact] }, AcmeJson.Default.NewAccountRequest);

        (await client.PostAsync(client.Directory.NewAccount, payload)).Refuses(error, 400);
    }

    [Fact]
    public async Task changes_contacts_and_keeps_what_is_not_named()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        await client.PostAsync(client.Kid!, """{"contact":["mailto:new@example.com"]}""");
        await client.PostAsync(client.Kid!, "{}");

        var account = await client.ReadAsync(client.Kid!, AcmeJson.Default.Account);
        Assert.Equal(["mailto:new@example.com"], account.Contact!);
        Assert.True(account.TermsOfServiceAgreed);
    }

    [Fact]
    public async Task shows_an_account_to_itself_only()
    {
        using var one = await AcmeTestClient.RegisterAsync(Authority);
        using var other = await AcmeTestClient.RegisterAsync(Authority);

        (await one.PostAsync(other.Kid!)).Refuses(AcmeError.Unauthorized, 403);
        (await one.PostAsync(other.Kid + "/orders")).Refuses(AcmeError.Unauthorized, 403);
    }

    [Fact]
    public async Task ends_everything_once_deactivated()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var answer = await client.PostAsync(client.Kid!, """{"status":"deactivated"}""");

        Assert.Equal("deactivated", answer.As(AcmeJson.Default.Account).Status);
        (await client.PostAsync(client.Kid!)).Refuses(AcmeError.Unauthorized, 401);
        (await client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor("a.localhost"))).Refuses(AcmeError.Unauthorized, 401);
        client.Kid = null;
        (await client.PostAsync(client.Directory.NewAccount, "{}")).Refuses(AcmeError.Unauthorized, 401);
    }

    [Fact]
    public async Task ignores_what_is_not_a_clients_to_set_and_what_it_does_not_know()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        const string Fields = """{"status":"revoked","orders":"https://evil.example/","createdAt":"2001-01-01T00:00:00Z","key":{"kty":"oct"},"x":[1]}""";

        var made = await client.PostAsync(client.Directory.NewAccount, Fields);
        client.Kid = made.Location;
        var updated = await client.PostAsync(client.Kid!, Fields);

        Assert.Equal((201, 200), (made.Status, updated.Status));
        foreach (var account in new[] { made, updated, await client.PostAsync(client.Kid!) })
        {
            Assert.Equal(("valid", client.Kid + "/orders"), (account.As(AcmeJson.Default.Account).Status, account.As(AcmeJson.Default.Account).Orders));
            Assert.DoesNotContain("2001", account.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task lists_orders_page_by_page_without_the_invalid_ones()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var urls = new List<string>();
        for (var i = 0; i < 103; i++)
        {
            urls.Add((await client.OrderAsync($"n{i}.localhost")).Url);
        }

        var dead = await client.ReadAsync(urls[0], AcmeJson.Default.Order);
        await client.PostAsync(dead.Authorizations[0], """{"status":"deactivated"}""");

        var first = await client.PostAsync(client.Kid + "/orders");
        var next = first.Links.Single(link => link.Relation == "next").Target;
        var second = await client.PostAsync(next);

        Assert.Equal(100, first.As(AcmeJson.Default.OrderList).Orders.Count);
        Assert.DoesNotContain(second.Links, link => link.Relation == "next");
        Assert.Equal(
            urls.Skip(1).Order(StringComparer.Ordinal),
            first.As(AcmeJson.Default.OrderList).Orders.Concat(second.As(AcmeJson.Default.OrderList).Orders));
    }
}
