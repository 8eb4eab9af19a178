using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Issuing;

/// <summary>Each exchange and each wait of an order has its own longest time; all of them together have one, too.</summary>
public sealed class Bounding_an_order : AtScriptedAuthority
{
    private HeldTime _time = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _time = new HeldTime(Guest.Options.IssuanceTimeout);
        Guest.Time = _time;
    }

    [Theory]
    [InlineData("/authz/1")]
    [InlineData("/challenge/1")]
    [InlineData("/order/1")]
    [InlineData("/finalize/1")]
    [InlineData("/cert/1")]
    public async Task ends_it_wherever_its_time_runs_out_and_the_next_run_goes_on_with_it(string path)
    {
        Authority.Scripts[path] = context =>
        {
            _time.Ring();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };

        await EndsAndGoesOnAsync();
    }

    [Theory]
    [InlineData("/authz/1")]
    [InlineData("/finalize/1")]
    public async Task ends_one_whose_every_question_is_answered_and_that_comes_to_nothing(string path)
    {
        var asked = 0;
        Authority.Scripts[path == "/authz/1" ? path : "/order/1"] = context =>
        {
            if (++asked == 3)
            {
                _time.Ring();
            }

            return path == "/authz/1"
                ? ScriptedAuthority.WriteAsync(context, 200, Authority.Authorization(Authority.Challenges))
                : Order(context, asked == 1 ? "ready" : "processing");
        };
        Authority.Scripts["/challenge/1"] = context => ScriptedAuthority.WriteAsync(context, 200, Authority.Challenge("http-01"));
        if (path == "/finalize/1")
        {
            Authority.AuthorizationStatus = "valid";
            Authority.Scripts["/authz/1"] = context => ScriptedAuthority.WriteAsync(context, 200, Valid());
            Authority.Scripts[path] = context => Order(context, "processing");
        }

        await EndsAndGoesOnAsync();
    }

    /// <summary>One that keeps others waiting may have less time than any.</summary>
    [Theory]
    [InlineData(7, "7 minutes")]
    [InlineData(70, "60 minutes")]
    public async Task ends_one_that_is_given_less_time(int minutes, string told)
    {
        var request = Customer.For("app.example") with { Timeout = TimeSpan.FromMinutes(minutes) };
        var time = new HeldTime(TimeSpan.FromMinutes(Math.Min(minutes, 60)));
        Guest.Time = time;
        Authority.Scripts["/authz/1"] = context =>
        {
            time.Ring();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };

        var problem = (await Guest.FailAsync(request)).Problem;

        Assert.Equal(AcmeProblems.IssuanceTimeout, problem.Code);
        Assert.Contains(told, problem.Found, StringComparison.Ordinal);
        Assert.NotNull(Guest.Journal.Current?.OrderUrl);
    }

    private async Task EndsAndGoesOnAsync()
    {
        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.IssuanceTimeout, problem.Code);
        Assert.Contains("60 minutes", problem.Found, StringComparison.Ordinal);
        Assert.True(AcmeProblems.IsTransient(problem.Code));
        Assert.NotNull(Guest.Journal.Current?.OrderUrl);
        Assert.Empty(Guest.Stored);

        Authority.Scripts.Clear();
        await Guest.IssueAsync();

        Assert.Single(Guest.Stored);
        Assert.Equal(1, Authority.Requests.Count(request => request.Path == "/order"));
    }

    private System.Text.Json.Nodes.JsonObject Valid()
    {
        var authorization = Authority.Authorization(Authority.Challenges);
        authorization["status"] = "valid";
        return authorization;
    }

    private Task Order(HttpContext context, string status)
    {
        // The authority itself keeps what it says, so that it can go on later.
        var order = Authority.Order();
        order["status"] = status;
        Authority.OrderStatus = "ready";
        return ScriptedAuthority.WriteAsync(context, 200, order);
    }
}
