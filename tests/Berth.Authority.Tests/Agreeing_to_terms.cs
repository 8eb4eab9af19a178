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

        Assert.Contains("https://example.com/terms", problem.Detail, StringComparison.Ordinal);
        Assert.Equal(201, answer.Status);
    }
}
