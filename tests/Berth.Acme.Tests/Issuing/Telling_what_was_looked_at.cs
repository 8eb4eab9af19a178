using Berth.Acme.Challenges;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Tests.Issuing;

/// <summary>An authority counts the proofs that it has looked at and not found, and no others.</summary>
public sealed class Telling_what_was_looked_at : AtScriptedAuthority
{
    [Fact]
    public async Task is_told_where_the_authority_did_not_find_the_proof()
    {
        Fail();

        await Guest.FailAsync();

        Assert.Equal([IssuanceStepKind.ValidationFailed], Told());
    }

    [Fact]
    public async Task is_not_told_where_the_answer_could_not_be_shown()
    {
        Guest.Solvers = [new Helpless()];

        await Guest.FailAsync();

        Assert.Equal([IssuanceStepKind.NotProved], Told());
    }

    [Fact]
    public async Task is_not_told_where_the_authority_does_not_look()
    {
        Authority.Scripts["/challenge/1"] = context => ScriptedAuthority.RefuseAsync(context, 400, "malformed", "what?");

        await Guest.FailAsync();

        Assert.Equal([IssuanceStepKind.NotProved], Told());
    }

    [Fact]
    public async Task is_told_of_an_order_that_was_gone_on_with()
    {
        Authority.Scripts["/authz/1"] = context => ScriptedAuthority.RefuseAsync(context, 500, "serverInternal", "busy");
        await Guest.FailAsync();
        Authority.Scripts.Clear();
        Fail();

        await Guest.FailAsync();

        Assert.Equal(
            [IssuanceStepKind.OrderResumed, IssuanceStepKind.ValidationFailed, IssuanceStepKind.OrderDropped, IssuanceStepKind.ValidationFailed],
            Guest.Steps.Select(step => step.Kind).Where(kind => IsTold(kind) || kind is IssuanceStepKind.OrderResumed or IssuanceStepKind.OrderDropped));
    }

    private void Fail() => Authority.Scripts["/challenge/1"] = context =>
    {
        (Authority.AuthorizationStatus, Authority.OrderStatus) = ("invalid", "invalid");
        return ScriptedAuthority.WriteAsync(context, 200, Authority.Challenge("http-01"));
    };

    private IEnumerable<IssuanceStepKind> Told() => Guest.Steps.Select(step => step.Kind).Where(IsTold);

    private static bool IsTold(IssuanceStepKind kind) => kind is IssuanceStepKind.ValidationFailed or IssuanceStepKind.NotProved;

    private sealed class Helpless : IChallengeSolver
    {
        public string Type => ChallengeType.Http01;

        public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel) =>
            throw new Problem(new ProblemCode("no-access"), "No access.", "Give it.").AsException();
    }
}
