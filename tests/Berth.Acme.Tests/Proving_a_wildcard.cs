using Berth.Acme.Challenges;
using Berth.Acme.Protocol;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests;

public sealed class Proving_a_wildcard(PebbleFixture pebble) : IDisposable
{
    private readonly Customer _customer = new(pebble.Pebble, pebble.Challenges);

    public void Dispose() => _customer.Dispose();

    [Fact]
    public async Task is_done_by_dns_while_plain_names_keep_to_http()
    {
        var (name, other) = (Customer.UniqueName(), Customer.UniqueName());
        var dns = new TextSolver(pebble.Pebble);
        _customer.Solvers = [_customer.Solver, dns];

        var issued = await _customer.IssueAsync(Customer.For("*." + name, other));

        Assert.Contains("*." + name, issued.Names);
        Assert.Equal([(name, true)], dns.Asked);
        Assert.Equal(1, _customer.Solver.Presented);
    }

    [Fact]
    public async Task without_dns_is_a_problem_that_says_so()
    {
        var name = "*." + Customer.UniqueName();

        var problem = (await Assert.ThrowsAsync<ProblemException>(() => _customer.IssueAsync(Customer.For(name)))).Problem;

        Assert.Equal(AcmeProblems.ChallengeUnsupported, problem.Code);
        Assert.Contains(name, problem.Found, StringComparison.Ordinal);
        Assert.Contains("instead of the wildcard", problem.Remedy, StringComparison.Ordinal);
    }

    private sealed class TextSolver(PebbleServer pebble) : IChallengeSolver
    {
        public string Type => ChallengeType.Dns01;

        internal List<(string Name, bool IsWildcard)> Asked { get; } = [];

        public async ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
        {
            Asked.Add((task.Name.Text, task.IsWildcard));
            await pebble.SetTextAsync("_acme-challenge." + task.Name.Text, task.Dns01Value);
            return new MemoryStream();
        }
    }
}
