using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;

namespace Berth.Acme.Tests.Issuing;

public sealed class Being_asked_to_wait : AtScriptedAuthority
{
    [Theory]
    [InlineData("too many new orders (300) from this account in the last 3h0m0s", GateScope.Account, "")]
    [InlineData("too many certificates (50) already issued for \"shop.example\" in the last 168h0m0s", GateScope.Domain, "shop.example")]
    [InlineData("too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s", GateScope.NameSet, "")]
    [InlineData("too many failed authorizations (5) for \"www.shop.example\" in the last 1h0m0s", GateScope.Name, "www.shop.example")]
    [InlineData("too many new registrations (10) from this IP address in the last 3h0m0s", GateScope.Registration, "")]
    [InlineData("slow down please", GateScope.Account, "")]
    [InlineData("too many certificates (50) already issued for \"../../etc\\u0007\" in the last 168h", GateScope.Domain, "")]
    public async Task tells_with_what(string words, GateScope scope, string subject)
    {
        Refuse(429, words, retryAfter: "7200");

        var gate = AcmeProblems.GateOf(await Guest.FailAsync())!;

        Assert.Equal(scope, gate.Scope);
        Assert.Equal(subject.Length == 0 ? [] : [subject], gate.Subjects);
        Assert.InRange(gate.Until!.Value - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(119), TimeSpan.FromHours(2));
    }

    [Fact]
    public async Task by_a_busy_authority_holds_back_everything()
    {
        Refuse(503, "busy", "120", type: "serverInternal");

        var gate = AcmeProblems.GateOf(await Guest.FailAsync())!;

        Assert.Equal(GateScope.Authority, gate.Scope);
        Assert.NotNull(gate.Until);
    }

    [Fact]
    public async Task reads_the_time_from_the_words_where_no_header_says_it()
    {
        var until = TimeProvider.System.GetUtcNow().AddHours(5);
        var text = until.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        Refuse(429, $"too many new orders (300) from this account in the last 3h0m0s, retry after {text} UTC: see https://letsencrypt.org/docs/rate-limits/#new-orders-per-account", null);

        var gate = AcmeProblems.GateOf(await Guest.FailAsync())!;

        Assert.Equal(until.ToUnixTimeSeconds(), gate.Until!.Value.ToUnixTimeSeconds());
        Assert.Equal("https://letsencrypt.org/docs/rate-limits/#new-orders-per-account", gate.Page);
    }

    [Fact]
    public async Task in_vain_shows_the_address_that_lifts_the_pause()
    {
        var page = "https://portal.ca.example/sfe/v1/unpause?jwt=" + new string('a', 900);
        Refuse(429, $"Your account is temporarily prevented from requesting certificates for www.shop.example and possibly others. Please visit: {page}", null);

        var failure = await Guest.FailAsync();

        var gate = AcmeProblems.GateOf(failure)!;
        Assert.Equal(AcmeProblems.NamePaused, failure.Problem.Code);
        Assert.Contains(page, failure.Problem.Remedy, StringComparison.Ordinal);
        Assert.Contains("www.shop.example", failure.Problem.Found, StringComparison.Ordinal);
        Assert.Equal((GateScope.Name, page, null), (gate.Scope, gate.Page, gate.Until));
        Assert.Equal(["www.shop.example"], gate.Subjects);
        Assert.Equal(["www.shop.example"], AcmeProblems.FailedNamesOf(failure).Select(name => name.Name));
    }

    [Fact]
    public async Task for_one_name_names_it_from_the_subproblems()
    {
        Authority.Scripts["/order"] = context =>
        {
            context.Response.Headers.RetryAfter = "60";
            return ScriptedAuthority.WriteAsync(context, 429, JsonNode.Parse("""
                {"type":"urn:ietf:params:acme:error:rateLimited","detail":"limited","subproblems":[
                {"type":"urn:ietf:params:acme:error:rateLimited","detail":"x","identifier":{"type":"dns","value":"app.example"}}]}
                """)!);
        };

        var gate = AcmeProblems.GateOf(await Guest.FailAsync())!;

        Assert.Equal(GateScope.Name, gate.Scope);
        Assert.Equal(["app.example"], gate.Subjects);
    }

    [Fact]
    public async Task is_not_read_into_an_ordinary_refusal()
    {
        Refuse(403, "CAA forbids", null, type: "caa");

        Assert.Null(AcmeProblems.GateOf(await Guest.FailAsync()));
    }

    [Fact]
    public void is_read_from_any_words_without_harm() => Gen.Select(Gen.String, Gen.Int[400, 599]).Sample((words, status) =>
    {
        var body = new JsonObject { ["type"] = "urn:ietf:params:acme:error:rateLimited", ["detail"] = words };
        var refusal = new Transport.AcmeRefusalException(new Transport.AcmeResponse
        {
            Url = "https://ca.example/",
            Status = status,
            Body = System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()),
            ReceivedAt = default,
        });
        Assert.True(GateReading.Of(refusal) is { Page: null or ['h', 't', 't', 'p', 's', ..] });
    });

    private void Refuse(int status, string words, string? retryAfter, string type = "rateLimited") =>
        Authority.Scripts["/order"] = context =>
        {
            context.Response.Headers.RetryAfter = retryAfter;
            return ScriptedAuthority.RefuseAsync(context, status, type, words);
        };
}
