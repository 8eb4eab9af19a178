using Berth.Kernel;

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
        Assert.Equal([(name, true)], dns.Asked.Select(task => (task.Identifier.Value, task.IsWildcard)));
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

    [Fact]
    public async Task and_its_apex_in_one_order_puts_two_values_at_one_name()
    {
        var name = Customer.UniqueName();
        var dns = new TextSolver(pebble.Pebble);
        _customer.Solvers = [dns];

        var issued = await _customer.IssueAsync(Customer.For("*." + name, name));

        Assert.Equal(["*." + name, name], issued.Names);
        Assert.Equal("_acme-challenge." + name, Assert.Single(dns.Asked.Select(task => task.Record!.Name).Distinct()));
        Assert.Equal(2, dns.Asked.Select(task => task.Record!.Value).Distinct().Count());
    }
}
