using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>A failure that is about names: over once nobody wants these, and never because a server spells them otherwise.</summary>
public sealed class Remembering_a_failure
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly WantedServer Server = new("production", new Uri("https://ca.example/directory"));
    private readonly Outcomes _outcomes = new(new RetryLadder(new Random(1)));

    [Theory]
    [InlineData("www.example.com")]
    [InlineData("Shop.Example.com")]
    [InlineData("example.com")]
    public void keeps_its_pause_where_a_server_speaks_of_a_name_that_was_not_asked_for(string spoken)
    {
        var state = _outcomes.Failed(LineageState.New, Refusal(spoken), Server, Now, ["shop.example.com", "*.example.com"]);

        Assert.Empty(state.LastFailure!.Names);
        Assert.Empty(state.Failing);
        Assert.Equal(state, state.For(["shop.example.com", "*.example.com"], ["production"]));
        Assert.Contains(state.Gates, gate => gate.Kind == GateKind.Backoff);
    }

    [Fact]
    public void is_over_once_its_name_is_not_wanted_any_more()
    {
        var state = _outcomes.Failed(LineageState.New, Refusal("shop.example.com"), Server, Now, ["shop.example.com", "other.example.com"]);

        Assert.Equal(["shop.example.com"], state.LastFailure!.Names);
        Assert.Null(state.For(["other.example.com"], ["production"]).LastFailure);
        Assert.NotNull(state.For(["shop.example.com"], ["production"]).LastFailure);
        Assert.Null(state.For(["shop.example.com"], ["staging"]).LastFailure);
    }

    [Fact]
    public void is_not_waited_for_longer_because_somebody_tries_often_meanwhile()
    {
        var state = _outcomes.Failed(LineageState.New, Refusal("shop.example.com"), Server, Now, ["shop.example.com", "other.example.com"]);
        for (var i = 1; i <= 5; i++)
        {
            state = _outcomes.Failed(state, Refusal("shop.example.com"), Server, Now.AddSeconds(i), ["shop.example.com", "other.example.com"], isEarly: true);
        }

        Assert.Equal(1, state.Failures);
        Assert.InRange(PauseOf(state), Now.AddMinutes(1), Now.AddMinutes(1.2));
        Assert.InRange(Assert.Single(state.Failing).RetryAt, Now.AddMinutes(1), Now.AddMinutes(1.2));

        var later = Now.AddMinutes(2);
        state = _outcomes.Failed(state, Refusal("shop.example.com"), Server, later, ["shop.example.com", "other.example.com"]);

        Assert.Equal(2, state.Failures);
        Assert.InRange(PauseOf(state), later.AddMinutes(10), later.AddMinutes(11));
        Assert.InRange(Assert.Single(state.Failing).RetryAt, later.AddMinutes(10), later.AddMinutes(11));
    }

    [Fact]
    public void keeps_what_one_server_asked_for_where_another_would_refuse()
    {
        LineageGate GateOf(string server, int hours) => new() { Kind = GateKind.RetryAfter, Until = Now.AddHours(hours), Reason = "wait", Server = server };
        var state = LineageState.New with { Gates = [GateOf("one", 2), GateOf("two", 3), GateOf("over", -1), new() { Kind = GateKind.Backoff, Until = Now.AddHours(1), Reason = "pause" }] };

        var held = Outcomes.Held(state, [GateOf("two", 5)], Now);

        Assert.Equal([("one", Now.AddHours(2)), ("two", Now.AddHours(5))], held.Gates.Select(gate => (gate.Server!, gate.Until)));
    }

    private static DateTimeOffset PauseOf(LineageState state) => Assert.Single(state.Gates, gate => gate.Kind == GateKind.Backoff).Until;

    // As the library tells of names.
    private static ProblemException Refusal(string name)
    {
        var failure = new ProblemException(new Problem(AcmeProblems.ValidationDns, $"{name}: no.", "Mend it."));
        failure.Data["berth-failed-names"] = new[] { new FailedName(name, AcmeProblems.ValidationDns.Id, "no") };
        return failure;
    }
}
