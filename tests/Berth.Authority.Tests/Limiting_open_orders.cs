using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

public sealed class Limiting_open_orders : WithAuthority
{
    private protected override AuthorityOptions Change(AuthorityOptions options) => options with { OpenOrdersPerAccount = 2 };

    [Fact]
    public async Task stops_an_account_whose_orders_are_all_proven_already_and_nobody_else()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var other = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");
        await client.ProveAsync(url, order, Host);
        await client.OrderAsync("a.localhost");

        (await client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor("a.localhost"))).Refuses(AcmeError.RateLimited, 429);

        await other.OrderAsync("a.localhost");
    }
}
