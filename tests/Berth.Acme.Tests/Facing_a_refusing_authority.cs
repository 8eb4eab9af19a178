using System.Globalization;
using System.Text.Json.Nodes;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests;

public sealed class Facing_a_refusing_authority : AtScriptedAuthority
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task passes_on_how_long_to_wait_and_where_to_read_about_it(bool asDate)
    {
        var wait = TimeSpan.FromHours(3);
        Authority.Scripts["/order"] = context =>
        {
            context.Response.Headers.RetryAfter = asDate
                ? (TimeProvider.System.GetUtcNow() + wait).ToString("r", CultureInfo.InvariantCulture)
                : "10800";
            context.Response.Headers.Link = """<https://ca.example/limits>;rel="help" """;
            return ScriptedAuthority.RefuseAsync(context, 429, "rateLimited", "too many certificates");
        };

        var failure = await Guest.FailAsync();

        Assert.Equal(AcmeProblems.RateLimited, failure.Problem.Code);
        // A date is counted from the response's own, which has whole seconds.
        Assert.InRange(AcmeProblems.RetryAfterOf(failure)!.Value, wait - TimeSpan.FromSeconds(10), wait + TimeSpan.FromSeconds(1));
        Assert.Contains("too many certificates", failure.Problem.Found, StringComparison.Ordinal);
        Assert.Matches(@"^Wait until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, then run the command again\.", failure.Problem.Remedy);
        Assert.Contains("https://ca.example/limits", failure.Problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task waits_in_place_when_it_is_soon_over()
    {
        var asked = 0;
        Authority.Scripts["/order"] = context =>
        {
            if (asked++ > 0)
            {
                return Authority.BehaveAsync(context, "/order", null);
            }

            context.Response.Headers.RetryAfter = "0";
            return ScriptedAuthority.RefuseAsync(context, 503, "rateLimited", "busy");
        };

        await Guest.IssueAsync();

        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task ends_an_endless_badNonce()
    {
        Guest.Options = Guest.Options with { NonceAttempts = 12 };
        Authority.Scripts["/account"] = context => ScriptedAuthority.RefuseAsync(context, 400, "badNonce", "no");

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.NonceRefused, problem.Code);
        Assert.Equal(12, Authority.Requests.Count(seen => seen.Path == "/account"));
    }

    [Fact]
    public async Task tells_every_subproblem()
    {
        Authority.Scripts["/order"] = context => ScriptedAuthority.WriteAsync(
            context,
            403,
            JsonNode.Parse("""
                {"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"2 names","subproblems":[
                {"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"forbidden\u001b[2J","identifier":{"type":"dns","value":"a.example"}},
                {"type":"urn:ietf:params:acme:error:caa","detail":"CAA says no","identifier":{"type":"dns","value":"b.example"}}]}
                """)!);

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.IdentifierRejected, problem.Code);
        Assert.Equal(["a.example: forbidden?[2J", "b.example: CAA says no"], problem.Details);
    }

    [Fact]
    public async Task gives_an_order_up_that_turns_invalid_and_tells_why()
    {
        Authority.Scripts["/finalize/1"] = context =>
        {
            Authority.OrderStatus = "invalid";
            var order = Authority.Order();
            order["error"] = JsonNode.Parse("""
                {"type":"urn:ietf:params:acme:error:caa","detail":"not allowed","subproblems":[
                {"detail":"CAA record forbids","identifier":{"type":"dns","value":"app.example"}}]}
                """);
            return ScriptedAuthority.WriteAsync(context, 200, order);
        };

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.CaaForbids, problem.Code);
        Assert.Equal(["app.example: CAA record forbids"], problem.Details);
        Assert.Null(Guest.Journal.Current);
    }

    [Theory]
    [InlineData("malformed", 400, "acme-malformed")]
    [InlineData("unauthorized", 403, "acme-unauthorized")]
    [InlineData("unsupportedContact", 400, "acme-contact-refused")]
    [InlineData("serverInternal", 500, "acme-server-internal")]
    [InlineData("badSignatureAlgorithm", 400, "acme-key-refused")]
    [InlineData("somethingNew", 400, "acme-refused")]
    [InlineData("somethingNew", 429, "acme-rate-limited")]
    public async Task maps_what_it_says_to_a_stable_code(string type, int status, string code)
    {
        Authority.Scripts["/account"] = context => ScriptedAuthority.RefuseAsync(context, status, type, "Because.");

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(code, problem.Code.Id);
        Assert.Contains("Because.", problem.Found, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Remedy);
    }

    [Fact]
    public async Task shows_the_page_where_a_person_must_agree()
    {
        Authority.Scripts["/order"] = context => ScriptedAuthority.WriteAsync(
            context,
            403,
            JsonNode.Parse("""
                {"type":"urn:ietf:params:acme:error:userActionRequired","detail":"Terms changed","instance":"https://ca.example/agree"}
                """)!);

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.TermsNotAgreed, problem.Code);
        Assert.Contains("https://ca.example/agree", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task survives_a_proxys_error_page()
    {
        Authority.Scripts["/order"] = context =>
        {
            context.Response.StatusCode = 502;
            return context.Response.WriteAsync("<html>Bad gateway</html>");
        };

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.ServerInternal, problem.Code);
        Assert.Contains("502", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task reads_the_order_again_when_it_was_not_ready_after_all()
    {
        var asked = 0;
        Authority.Scripts["/finalize/1"] = context => asked++ == 0
            ? ScriptedAuthority.RefuseAsync(context, 403, "orderNotReady", "not yet")
            : Authority.BehaveAsync(context, "/finalize/1", Authority.Requests.Last().Payload);

        await Guest.IssueAsync();

        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task that_has_the_signing_request_already_may_refuse_a_second_one()
    {
        Authority.Scripts["/finalize/1"] = async context =>
        {
            Authority.Chain = Authority.Issuer.Sign(
                System.Buffers.Text.Base64Url.DecodeFromChars((string)Authority.Requests.Last().Payload!["csr"]!));
            Authority.OrderStatus = "valid";
            await ScriptedAuthority.RefuseAsync(context, 400, "malformed", "finalized before");
        };

        Assert.Equal(["app.example"], (await Guest.IssueAsync()).Names);
    }

    [Fact]
    public async Task that_refuses_the_signing_request_is_quoted_and_the_order_given_up()
    {
        Authority.Scripts["/finalize/1"] = context => ScriptedAuthority.RefuseAsync(context, 400, "badCSR", "weak key");

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.RequestRefused, problem.Code);
        Assert.Contains("weak key", problem.Found, StringComparison.Ordinal);
        Assert.Null(Guest.Journal.Current);
    }

    [Fact]
    public async Task orders_once_more_without_the_certificate_it_wanted_to_replace()
    {
        Authority.Scripts["/order"] = context => Authority.Requests.Last().Payload!["replaces"] is null
            ? Authority.BehaveAsync(context, "/order", null)
            : ScriptedAuthority.RefuseAsync(context, 409, "alreadyReplaced", "done before");

        await Guest.IssueAsync(replaces: "aki.serial");

        Assert.Equal(2, Authority.Requests.Count(seen => seen.Path == "/order"));
    }

    [Fact]
    public async Task closes_an_authorization_that_nobody_here_can_prove()
    {
        Authority.Scripts["/authz/1"] = context => Authority.Requests.Last().Payload is { } payload
            ? Authority.BehaveAsync(context, "/authz/1", payload)
            : ScriptedAuthority.WriteAsync(context, 200, Authority.Authorization([Authority.Challenge("unknown-99")]));

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.ChallengeUnsupported, problem.Code);
        Assert.Equal("deactivated", Authority.AuthorizationStatus);
        Assert.Null(Guest.Journal.Current);
    }

    [Fact]
    public async Task that_has_just_decided_may_refuse_to_be_asked_again()
    {
        Authority.Scripts["/challenge/1"] = context =>
        {
            (Authority.AuthorizationStatus, Authority.OrderStatus) = ("valid", "ready");
            return ScriptedAuthority.RefuseAsync(context, 400, "malformed", "not pending");
        };

        Assert.Equal(["app.example"], (await Guest.IssueAsync()).Names);
    }

    [Fact]
    public async Task that_refuses_to_look_at_a_name_is_quoted()
    {
        Authority.Scripts["/challenge/1"] = context =>
            ScriptedAuthority.RefuseAsync(context, 400, "malformed", "not today");

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.Malformed, problem.Code);
        Assert.EndsWith(" could not validate app.example: not today", problem.Found, StringComparison.Ordinal);
        Assert.Empty(problem.Details);
        Assert.Equal("deactivated", Authority.AuthorizationStatus);
    }

    [Theory]
    [InlineData("../../../../etc/passwd-and-more")]
    [InlineData("short")]
    [InlineData("\u001b]0;steered\u0007\r\nX-Injected: yes")]
    [InlineData("")]
    public async Task never_hands_a_token_on_that_is_none(string token)
    {
        Authority.Scripts["/authz/1"] = context =>
            ScriptedAuthority.WriteAsync(context, 200, Authority.Authorization([Authority.Challenge("http-01", token)]));

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.ResponseInvalid, problem.Code);
        Assert.Contains($"app.example by http-01 with the token '{Printable.Of(token, 40)}'", problem.Found, StringComparison.Ordinal);
        Assert.DoesNotContain(problem.Found, char.IsControl);
        Assert.Empty(Guest.Presented);
    }

    [Fact]
    public async Task leaves_a_long_wait_to_the_scheduler_and_goes_on_with_the_same_order_later()
    {
        var processing = true;
        Authority.Scripts["/order/1"] = context =>
        {
            var order = Authority.Order();
            if (processing && Authority.OrderStatus == "valid")
            {
                order["status"] = "processing";
                context.Response.Headers.RetryAfter = "3600";
            }

            return ScriptedAuthority.WriteAsync(context, 200, order);
        };
        Authority.Scripts["/finalize/1"] = async context =>
        {
            Authority.Chain = Authority.Issuer.Sign(
                System.Buffers.Text.Base64Url.DecodeFromChars((string)Authority.Requests.Last().Payload!["csr"]!));
            Authority.OrderStatus = "processing";
            await ScriptedAuthority.WriteAsync(context, 200, Authority.Order());
            Authority.OrderStatus = "valid";
        };
        Guest.Options = Guest.Options with { ProcessingTimeout = TimeSpan.FromSeconds(5) };

        var failure = await Guest.FailAsync();
        processing = false;
        await Guest.IssueAsync();

        Assert.Equal(AcmeProblems.ProcessingTimeout, failure.Problem.Code);
        Assert.Equal(TimeSpan.FromHours(1), AcmeProblems.RetryAfterOf(failure));
        Assert.Equal(1, Authority.Requests.Count(seen => seen.Path == "/order"));
        Assert.Contains(Guest.Steps, step => step.Kind == IssuanceStepKind.OrderResumed);
    }
}
