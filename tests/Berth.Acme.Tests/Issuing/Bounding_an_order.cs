using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Issuing;

/// <summary>Each exchange and each wait of an order has its own longest time; all of them together have one, too.</summary>
public sealed class Bounding_an_order : IAsyncLifetime
{
    private ScriptedAuthority _authority = null!;
    private Guest _guest = null!;
    private HeldTime _time = null!;

    public async ValueTask InitializeAsync()
    {
        _authority = await ScriptedAuthority.StartAsync();
        _guest = new Guest(_authority);
        _time = new HeldTime(_guest.Options.IssuanceTimeout);
        _guest.Time = _time;
    }

    public async ValueTask DisposeAsync()
    {
        _guest.Dispose();
        await _authority.DisposeAsync();
    }

    [Theory]
    [InlineData("/authz/1")]
    [InlineData("/challenge/1")]
    [InlineData("/order/1")]
    [InlineData("/finalize/1")]
    [InlineData("/cert/1")]
    public async Task ends_it_wherever_its_time_runs_out_and_the_next_run_goes_on_with_it(string path)
    {
        _authority.Scripts[path] = context =>
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
        _authority.Scripts[path == "/authz/1" ? path : "/order/1"] = context =>
        {
            if (++asked == 3)
            {
                _time.Ring();
            }

            return path == "/authz/1"
                ? ScriptedAuthority.WriteAsync(context, 200, _authority.Authorization(_authority.Challenges))
                : Order(context, asked == 1 ? "ready" : "processing");
        };
        _authority.Scripts["/challenge/1"] = context => ScriptedAuthority.WriteAsync(context, 200, _authority.Challenge("http-01"));
        if (path == "/finalize/1")
        {
            _authority.AuthorizationStatus = "valid";
            _authority.Scripts["/authz/1"] = context => ScriptedAuthority.WriteAsync(context, 200, Valid());
            _authority.Scripts[path] = context => Order(context, "processing");
        }

        await EndsAndGoesOnAsync();
    }

    private async Task EndsAndGoesOnAsync()
    {
        var problem = (await _guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.IssuanceTimeout, problem.Code);
        Assert.Contains("60 minutes", problem.Found, StringComparison.Ordinal);
        Assert.True(AcmeProblems.IsTransient(problem.Code));
        Assert.NotNull(_guest.Journal.Current?.OrderUrl);
        Assert.Empty(_guest.Stored);

        _authority.Scripts.Clear();
        await _guest.IssueAsync();

        Assert.Single(_guest.Stored);
        Assert.Equal(1, _authority.Requests.Count(request => request.Path == "/order"));
    }

    private System.Text.Json.Nodes.JsonObject Valid()
    {
        var authorization = _authority.Authorization(_authority.Challenges);
        authorization["status"] = "valid";
        return authorization;
    }

    private Task Order(HttpContext context, string status)
    {
        // The authority itself keeps what it says, so that it can go on later.
        var order = _authority.Order();
        order["status"] = status;
        _authority.OrderStatus = "ready";
        return ScriptedAuthority.WriteAsync(context, 200, order);
    }
}
