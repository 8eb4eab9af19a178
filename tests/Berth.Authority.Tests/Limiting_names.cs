using Berth.Acme.Protocol;
using Berth.Authority.Policy;

namespace Berth.Authority.Tests;

public sealed class Limiting_names : WithAuthority
{
    private protected override AuthorityOptions Change(AuthorityOptions options) => options with
    {
        AllowedNames = [".corp.localhost", "corp.localhost", "127.0.0.0/8"],
        DeniedNames = ["ca.corp.localhost", ".secret.corp.localhost"],
    };

    [Theory]
    [InlineData("corp.localhost", true)]
    [InlineData("a.b.corp.localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("*.x.corp.localhost", true)]
    [InlineData("localhost", false)]
    [InlineData("evilcorp.localhost", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("ca.corp.localhost", false)]
    [InlineData("x.secret.corp.localhost", false)]
    [InlineData("*.corp.localhost", false)]
    public async Task takes_what_is_allowed_and_not_denied(string name, bool isTaken)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var answer = await client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor(name));

        if (isTaken)
        {
            Assert.Equal(201, answer.Status);
            return;
        }

        Assert.Contains("policy", answer.Refuses(AcmeError.RejectedIdentifier, 400).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*.example.com", "a.example.com", true)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("EXAMPLE.com", "example.com", true)]
    [InlineData("2001:db8::/32", "2001:db8::7", true)]
    [InlineData("2001:db8::/32", "2001:db9::7", false)]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    public void reads_patterns(string pattern, string name, bool isCovered) => Assert.Equal(isCovered, NamePattern.Parse(pattern)!.Covers(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a b")]
    [InlineData("*.*.example.com")]
    [InlineData("10.0.0.0/99")]
    public void refuses_what_is_no_pattern(string pattern) => Assert.Null(NamePattern.Parse(pattern));
}
