using System.Text.Json.Nodes;
using Berth.Acme.Challenges;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
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
    [InlineData("/cert/1", 200, "application/pem-certificate-chain", "-----BEGIN CERTIFICATE-----\nMIIB")]
    [InlineData("/cert/1", 200, "application/pem-certificate-chain", "-----BEGIN CERTIFICATE-----\nno base64!\n-----END CERTIFICATE-----\n")]
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
        // As Let's Encrypt does, it shows nothing of its looking before it has looked.
        var looks = 0;
        Authority.Scripts["/challenge/1"] = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        Authority.Scripts["/authz/1"] = context =>
        {
            (Authority.OrderStatus, Authority.AuthorizationStatus) = ++looks >= 4 ? ("ready", "valid") : ("pending", "pending");
            return Authority.BehaveAsync(context, "/authz/1", null);
        };
        Guest.Options = Guest.Options with { OutagePatience = TimeSpan.FromSeconds(20) };

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
        await FailingSinceAsync(TimeSpan.FromHours(25), isNotFound: status == 404);

        await Guest.IssueAsync();

        Assert.Equal(2, Authority.Requests.Count(seen => seen.Path == "/order"));
        Assert.Single(Guest.Stored);
    }

    /// <summary>It failed while nobody was here to see: the authority has counted that, and so is it to be counted here.</summary>
    [Fact]
    public async Task tells_of_a_name_that_failed_meanwhile()
    {
        Authority.Scripts["/challenge/1"] = context => AnswerAsync(context, 503, "text/html", "");
        await Guest.FailAsync();
        (Authority.OrderStatus, Authority.AuthorizationStatus) = ("invalid", "invalid");
        Authority.Scripts.Clear();

        await Guest.IssueAsync();

        Assert.Equal("app.example", Assert.Single(Guest.Steps, step => step.Kind == IssuanceStepKind.ValidationFailed).Name);
        Assert.Equal(2, Authority.Requests.Count(seen => seen.Path == "/order"));
    }

    /// <summary>The machine was away itself, the clock was ahead for a moment, or it was another answer before: none says that it is lost.</summary>
    [Theory]
    [InlineData(72, 48, 4, false)]
    [InlineData(26, 26, 1, false)]
    [InlineData(-72, -72, 9, false)]
    [InlineData(72, 0, 9, true)]
    public async Task outlives_a_first_failure_of_its_kind(int since, int last, int times, bool isNotFound)
    {
        Authority.Scripts["/cert/1"] = context => AnswerAsync(context, 500, "text/html", "");
        await Guest.FailAsync();
        await FailingSinceAsync(TimeSpan.FromHours(since), isNotFound, times, TimeSpan.FromHours(last));
        await Guest.FailAsync();
        Authority.Scripts.Clear();

        await Guest.IssueAsync();

        Assert.Equal(1, Authority.Requests.Count(seen => seen.Path == "/order"));
    }

    /// <summary>An authority that goes on saying so has lost it.</summary>
    [Fact]
    public async Task that_is_not_found_for_an_hour_is_given_up()
    {
        Authority.Scripts["/cert/1"] = context => ScriptedAuthority.RefuseAsync(context, 404, "malformed", "no such certificate");
        Assert.Equal(AcmeProblems.ResponseInvalid, (await Guest.FailAsync()).Problem.Code);
        await FailingSinceAsync(TimeSpan.FromMinutes(61), isNotFound: true);

        await Guest.FailAsync();

        Assert.Equal(2, Authority.Requests.Count(seen => seen.Path == "/order"));
    }

    /// <summary>What a proxy says is not about a name, and the server goes on looking at the others.</summary>
    [Theory]
    [InlineData("/authz/2")]
    [InlineData("/challenge/2")]
    public async Task of_two_names_leaves_the_answer_for_one_up_where_the_other_meets_a_proxy(string path)
    {
        var (isUp, looks, seenUp) = (true, 0, true);
        Guest.Solvers = [new TellingSolver(() => isUp = false)];
        JsonObject Order(JsonObject order)
        {
            (order["identifiers"], order["authorizations"]) = (
                new JsonArray(new JsonObject { ["type"] = "dns", ["value"] = "app.example" }, new JsonObject { ["type"] = "dns", ["value"] = "www.app.example" }),
                new JsonArray($"{Authority.Url}/authz/1", $"{Authority.Url}/authz/2"));
            return order;
        }

        Authority.Scripts["/order"] = context =>
        {
            context.Response.Headers.Location = Authority.Url + "/order/1";
            return ScriptedAuthority.WriteAsync(context, 201, Order(Authority.Order()));
        };
        Authority.Scripts["/order/1"] = context => ScriptedAuthority.WriteAsync(context, 200, Order(Authority.Order()));
        Authority.Scripts["/challenge/1"] = context => ScriptedAuthority.WriteAsync(context, 200, Authority.Challenge("http-01"));
        Authority.Scripts["/authz/1"] = context =>
        {
            // The server has looked by the fifth time it is asked.
            seenUp &= ++looks is 1 or > 5 || isUp;
            var authorization = Authority.Authorization(Authority.Challenges);
            authorization["status"] = looks >= 5 ? "valid" : "pending";
            return ScriptedAuthority.WriteAsync(context, 200, authorization);
        };
        Authority.Scripts["/authz/2"] = context =>
        {
            var challenge = Authority.Challenge("http-01");
            challenge["url"] = $"{Authority.Url}/challenge/2";
            var authorization = Authority.Authorization(new JsonArray(challenge));
            authorization["identifier"] = new JsonObject { ["type"] = "dns", ["value"] = "www.app.example" };
            return ScriptedAuthority.WriteAsync(context, 200, authorization);
        };
        Authority.Scripts[path] = context => AnswerAsync(context, 403, "text/html", "<html>forbidden</html>");

        var problem = (await Guest.FailAsync(Customer.For("app.example", "www.app.example"))).Problem;

        Assert.Equal(AcmeProblems.ResponseInvalid, problem.Code);
        Assert.True(seenUp);
        Assert.True(looks >= 5);
        Assert.NotNull(Guest.Journal.Current?.OrderUrl);
    }

    private ValueTask FailingSinceAsync(TimeSpan ago, bool isNotFound = false, int times = 4, TimeSpan lastAgo = default)
    {
        var now = TimeProvider.System.GetUtcNow();
        return Guest.Journal.SaveAsync(
            Guest.Journal.Current! with { Silence = new OrderSilence(now - ago, now - lastAgo, times, isNotFound) }, TestContext.Current.CancellationToken);
    }

    private sealed class TellingSolver(Action takenAway) : IChallengeSolver
    {
        public string Type => ChallengeType.Http01;

        public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel) =>
            ValueTask.FromResult<IAsyncDisposable>(task.Identifier.Value == "app.example" ? new Telling(takenAway) : new MemoryStream());

        private sealed class Telling(Action takenAway) : IAsyncDisposable
        {
            public ValueTask DisposeAsync()
            {
                takenAway();
                return ValueTask.CompletedTask;
            }
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string type, string body)
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, type);
        return context.Response.WriteAsync(body);
    }
}
