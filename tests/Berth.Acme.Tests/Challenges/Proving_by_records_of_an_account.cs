using Berth.Acme.Protocol;
using Berth.TestKit;

namespace Berth.Acme.Tests.Challenges;

/// <summary>Against Pebble 2.10, which speaks the drafts.</summary>
public sealed class Proving_by_records_of_an_account(NewerPebbleFixture newer)
{
    [Theory]
    [InlineData(ChallengeType.DnsAccount01)]
    [InlineData(ChallengeType.DnsPersist01)]
    public async Task gets_a_certificate_for_the_apex_and_its_wildcard(string type)
    {
        NewerPebble.Require();
        var name = Customer.UniqueName();
        using var customer = new Customer(newer.Pebble, newer.Challenges);
        var dns = new TextSolver(newer.Pebble, type);
        customer.Solvers = [dns];

        var issued = await customer.IssueAsync(Customer.For(name, "*." + name));

        Assert.Equal(["*." + name, name], issued.Names);
        Assert.All(dns.Asked, task => Assert.Equal(type, task.Type));
    }

    [Fact]
    public async Task needs_one_persistent_record_for_two_orders()
    {
        NewerPebble.Require();
        var name = Customer.UniqueName();
        using var customer = new Customer(newer.Pebble, newer.Challenges);
        var dns = new TextSolver(newer.Pebble, ChallengeType.DnsPersist01);
        customer.Solvers = [dns];

        await customer.IssueAsync(Customer.For(name));
        await customer.IssueAsync(Customer.For(name));

        Assert.Single(dns.Asked.Select(task => task.Record).Distinct());
        Assert.All(dns.Asked, task => Assert.Equal("_validation-persist." + name, task.Record!.Name));
    }

    [Fact]
    public async Task fails_with_the_record_named_when_it_is_not_there()
    {
        NewerPebble.Require();
        using var customer = new Customer(newer.Pebble, newer.Challenges);
        customer.Solvers = [new IdleSolver(ChallengeType.DnsPersist01)];
        var name = Customer.UniqueName();

        var problem = (await Assert.ThrowsAsync<Kernel.ProblemException>(() => customer.IssueAsync(Customer.For(name)))).Problem;

        Assert.Contains("_validation-persist." + name, problem.Remedy, StringComparison.Ordinal);
    }
}
