using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Issuing;

/// <summary>An answer that says nothing of the order: a certificate that is issued is not given up for it, nor asked for in vain for ever.</summary>
public sealed class Keeping_an_order : AtScriptedAuthority
{
    /// <summary>One of the authority's machines lags behind, or a proxy before it answers in its place.</summary>
    [Theory]
    [InlineData("/cert/1", 404, "application/problem+json", """{"type":"urn:ietf:params:acme:error:malformed","detail":"no such certificate"}""")]
    [InlineData("/cert/1", 403, "text/html", "<html>forbidden</html>")]
    [InlineData("/cert/1", 200, "text/html", "<html>back soon</html>")]
    [InlineData("/cert/1", 500, "text/html", "")]
    [InlineData("/authz/1", 403, "text/html", "<html>forbidden</html>")]
    public async Task through_an_answer_that_is_not_about_it(string path, int status, string type, string body)
    {
        Authority.Scripts[path] = context => AnswerAsync(context, status, type, body);
        var problem = (await Guest.FailAsync()).Problem;
        Assert.True(AcmeProblems.IsTransient(problem.Code), problem.Found);
        Assert.NotNull(Guest.Journal.Current?.OrderUrl);

        Authority.Scripts.Clear();
        await Guest.IssueAsync();

        Assert.Equal(1, Authority.Requests.Count(seen => seen.Path == "/order"));
        Assert.Single(Guest.Stored);
    }

    /// <summary>What proves a name would be taken away too early otherwise: the authority goes on looking.</summary>
    [Fact]
    public async Task keeps_the_answer_up_while_the_authority_is_away_for_a_moment()
    {
        Guest.Options = Guest.Options with { OutagePatience = TimeSpan.FromSeconds(20) };
        var asked = 0;
        Authority.Scripts["/order/1"] = context =>
            ++asked <= 4 ? AnswerAsync(context, 502, "text/html", "<html>back soon</html>") : Authority.BehaveAsync(context, "/order/1", null);

        await Guest.IssueAsync();

        Assert.Single(Guest.Presented);
        Assert.True(asked > 4);
        Assert.Equal(1, Authority.Requests.Count(seen => seen.Path == "/order"));
    }

    [Fact]
    public async Task goes_on_where_only_the_answer_to_its_challenge_got_lost()
    {
        Authority.Scripts["/challenge/1"] = context =>
        {
            (Authority.OrderStatus, Authority.AuthorizationStatus) = ("ready", "valid");
            context.Abort();
            return Task.CompletedTask;
        };

        await Guest.IssueAsync();

        Assert.Single(Guest.Presented);
        Assert.Equal(1, Authority.Requests.Count(seen => seen.Path == "/challenge/1"));
    }

    [Theory]
    [InlineData("/cert/1", 404)]
    [InlineData("/cert/1", 500)]
    [InlineData("/order/1", 500)]
    [InlineData("/order/1", 403)]
    public async Task ends_once_it_is_a_day_old_and_nothing_is_answered_for_it(string path, int status)
    {
        Authority.Scripts["/cert/1"] = context => AnswerAsync(context, 500, "text/html", "");
        await Guest.FailAsync();
        var isNew = false;
        Authority.Scripts.Clear();
        Authority.Scripts[path] = context => isNew ? Authority.BehaveAsync(context, path, null) : AnswerAsync(context, status, "text/html", "");
        Authority.Scripts["/order"] = context =>
        {
            isNew = true;
            return Authority.BehaveAsync(context, "/order", null);
        };
        await Guest.Journal.SaveAsync(Guest.Journal.Current! with { OrderedAt = TimeProvider.System.GetUtcNow().AddHours(-25) }, TestContext.Current.CancellationToken);

        await Guest.IssueAsync();

        Assert.Equal(2, Authority.Requests.Count(seen => seen.Path == "/order"));
        Assert.Single(Guest.Stored);
    }

    private static Task AnswerAsync(HttpContext context, int status, string type, string body)
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, type);
        return context.Response.WriteAsync(body);
    }
}
