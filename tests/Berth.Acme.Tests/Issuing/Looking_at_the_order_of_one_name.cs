using System.Text.Json.Nodes;

namespace Berth.Acme.Tests.Issuing;

public sealed class Looking_at_the_order_of_one_name : AtScriptedAuthority
{
    [Fact]
    public async Task spares_a_look_at_its_authorization()
    {
        await Guest.IssueAsync();

        Assert.Equal(
            ["/order", "/authz/1", "/challenge/1", "/order/1", "/finalize/1"],
            Authority.Requests.Select(seen => seen.Path).SkipWhile(path => path != "/order").Take(5));
    }

    [Fact]
    public async Task blames_the_name_with_the_words_of_its_challenge_when_the_order_is_invalid()
    {
        Authority.Scripts["/challenge/1"] = context =>
        {
            (Authority.AuthorizationStatus, Authority.OrderStatus) = ("invalid", "invalid");
            return ScriptedAuthority.WriteAsync(context, 200, Authority.Challenge("http-01"));
        };
        Authority.Scripts["/authz/1"] = context =>
        {
            var challenge = Authority.Challenge("http-01");
            if (Authority.AuthorizationStatus == "invalid")
            {
                challenge["error"] = new JsonObject { ["type"] = "urn:ietf:params:acme:error:connection", ["detail"] = "nobody answered" };
            }

            return ScriptedAuthority.WriteAsync(context, 200, Authority.Authorization([challenge]));
        };

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Contains("nobody answered", string.Join('\n', [problem.Found, .. problem.Details]), StringComparison.Ordinal);
        Assert.Null(Guest.Journal.Current);
    }

    [Fact]
    public async Task hears_of_a_name_that_failed_where_its_order_stays_pending()
    {
        Guest.Options = Guest.Options with { ValidationTimeout = TimeSpan.FromMilliseconds(100) };
        Authority.Scripts["/challenge/1"] = context =>
        {
            Authority.AuthorizationStatus = "invalid";
            return ScriptedAuthority.WriteAsync(context, 200, new JsonObject());
        };

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Contains("The authorization is invalid.", problem.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task asks_the_authorization_where_the_order_cannot_be_seen_in_time(bool refused)
    {
        var isFirst = true;
        Authority.Scripts["/order/1"] = context =>
        {
            if (!isFirst)
            {
                return ScriptedAuthority.WriteAsync(context, 200, Authority.Order());
            }

            isFirst = false;
            if (refused)
            {
                return ScriptedAuthority.RefuseAsync(context, 403, "unauthorized", "not now");
            }

            context.Response.Headers.RetryAfter = "7200";
            var order = Authority.Order();
            order["status"] = "pending";
            return ScriptedAuthority.WriteAsync(context, 200, order);
        };

        await Guest.IssueAsync();

        Assert.Equal(
            ["/challenge/1", "/order/1", "/authz/1", "/order/1", "/finalize/1"],
            Authority.Requests.Select(seen => seen.Path).SkipWhile(path => path != "/challenge/1").Take(5));
    }
}
