using System.Text.Json.Nodes;
using Berth.Acme.Issuing;

namespace Berth.Acme.Tests;

public sealed class Asking_for_renewal_advice : AtScriptedAuthority
{
    [Theory]
    [InlineData("3600", 60)]
    [InlineData("1", 1)]
    [InlineData("9999999", 1440)]
    [InlineData(null, 360)]
    public async Task gives_the_window_the_page_and_when_to_ask_again(string? retryAfter, int minutes)
    {
        var issued = await IssueAsync(retryAfter, "2026-12-01T00:00:00Z", "2026-12-03T00:00:00Z");

        var advice = (await AskAsync(issued))!;

        Assert.Equal(new DateTimeOffset(2026, 12, 2, 0, 0, 0, TimeSpan.Zero), advice.Pick(0.5));
        Assert.Equal("https://ca.example/why", advice.ExplanationUrl);
        Assert.Equal(TimeSpan.FromMinutes(minutes), advice.AskAgainAfter);
        Assert.Equal($"/renewal/{advice.CertificateId}", Authority.Requests.Last().Path);
    }

    [Fact]
    public async Task refuses_a_window_that_ends_before_it_starts()
    {
        var issued = await IssueAsync(null, "2026-12-03T00:00:00Z", "2026-12-01T00:00:00Z");

        var failure = await Assert.ThrowsAsync<Kernel.ProblemException>(() => AskAsync(issued));

        Assert.Equal(AcmeProblems.ResponseInvalid, failure.Problem.Code);
    }

    [Fact]
    public async Task of_a_server_that_gives_none_is_nothing() => Assert.Null(await AskAsync(await Guest.IssueAsync()));

    /// <summary>The page is for people to open: what is no address of one is not kept.</summary>
    [Theory]
    [InlineData("https://ca.example/a\\nb\\u001b[31m", "https://ca.example/a%0Ab%1B[31m")]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("file:///etc/passwd", null)]
    [InlineData("LONG", null)]
    public async Task keeps_no_page_that_is_none(string page, string? kept)
    {
        var url = page == "LONG" ? "https://ca.example/" + new string('a', 100_000) : page;
        var issued = await IssueAsync(null, "2026-12-01T00:00:00Z", "2026-12-03T00:00:00Z", url);

        var found = (await AskAsync(issued))!.ExplanationUrl;

        Assert.Equal(kept, found);
    }

    private async Task<IssuedCertificate> IssueAsync(string? retryAfter, string start, string end, string page = "https://ca.example/why")
    {
        Authority.RenewalInfo = true;
        var issued = await Guest.IssueAsync();
        var id = TestIssuer.RenewalIdOf(issued.LeafPem);
        Authority.Scripts["/renewal/" + id] = context =>
        {
            context.Response.Headers.RetryAfter = retryAfter;
            return ScriptedAuthority.WriteAsync(context, 200, JsonNode.Parse($$"""
                {"suggestedWindow":{"start":"{{start}}","end":"{{end}}"},"explanationURL":"{{page}}"}
                """)!);
        };
        return issued;
    }

    private async Task<RenewalAdvice?> AskAsync(IssuedCertificate issued)
    {
        using var client = new AcmeClient(Guest.Options, Guest.Http, Guest.Accounts, TimeProvider.System);
        return await client.GetRenewalAdviceAsync(issued.FullChainPem, TestContext.Current.CancellationToken);
    }
}
