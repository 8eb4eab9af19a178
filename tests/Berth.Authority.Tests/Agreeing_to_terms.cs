using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

public sealed class Agreeing_to_terms : WithAuthority
{
    private protected override AuthorityOptions Change(AuthorityOptions options) =>
        options with { TermsOfService = new Uri("https://example.com/terms") };

    [Fact]
    public async Task is_needed_for_an_account_where_there_are_terms()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);

        var problem = (await client.PostAsync(client.Directory.NewAccount, "{}")).Refuses(AcmeError.UserActionRequired, 403);
        var answer = await client.PostAsync(client.Directory.NewAccount, """{"termsOfServiceAgreed":true}""");

        Assert.Equal("https://example.com/terms", problem.Instance);
        Assert.Contains("https://example.com/terms", problem.Detail, StringComparison.Ordinal);
        Assert.Equal(201, answer.Status);
    }

    /// <summary>RFC 8555 §7.3.3.</summary>
    [Fact]
    public async Task is_needed_again_when_they_change_before_anything_new_is_ordered()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        await client.OrderAsync("a.localhost");
        await Authority.RestartAsync(options => options with { TermsOfService = new Uri("https://example.com/terms/2") });

        var answer = await client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor("a.localhost"));
        Assert.Equal("https://example.com/terms/2", answer.Refuses(AcmeError.UserActionRequired, 403).Instance);
        Assert.Contains(answer.Links, link => link == new WebLink("https://example.com/terms/2", "terms-of-service"));
        Assert.Equal(200, (await client.PostAsync(client.Kid!)).Status);
        Assert.Equal(200, (await client.PostAsync(client.Kid!, """{"termsOfServiceAgreed":true}""")).Status);

        await client.OrderAsync("a.localhost");
    }
}
