using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

public sealed class Limiting_an_account : WithAuthority
{
    private protected override AuthorityOptions Change(AuthorityOptions options) =>
        options with { PendingAuthorizationsPerAccount = 3 };

    [Fact]
    public async Task stops_at_so_many_pending_authorizations_and_says_when_to_come_back()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        await client.OrderAsync("a.localhost", "b.localhost");
        var (_, last) = await client.OrderAsync("c.localhost");

        var answer = await client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor("d.localhost"));
        answer.Refuses(AcmeError.RateLimited, 429);
        Assert.True(int.Parse(answer.Headers["Retry-After"], null) > 0);

        await client.PostAsync(last.Authorizations[0], """{"status":"deactivated"}""");
        Assert.Equal("pending", (await client.OrderAsync("d.localhost")).Order.Status);
    }
}
