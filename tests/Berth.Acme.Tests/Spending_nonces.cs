using Berth.TestKit;

namespace Berth.Acme.Tests;

public sealed class Spending_nonces(PebbleFixture shared)
{
    [Theory]
    [InlineData(50)]
    [InlineData(80)]
    public async Task signs_again_until_a_server_that_refuses_most_of_them_is_content(int percent)
    {
        await using var pebble = await PebbleServer.StartAsync(
            new PebbleSettings { HttpPort = shared.Challenges.Port, NonceReject = percent },
            TestContext.Current.CancellationToken);
        using var customer = new Customer(pebble, shared.Challenges, options => options with { NonceAttempts = 100 });

        var issued = await customer.IssueAsync(Customer.For(Customer.UniqueName("a"), Customer.UniqueName("b")));

        Assert.Equal(2, issued.Names.Count);
    }

    [Fact]
    public async Task takes_them_from_responses_and_asks_for_the_first_one_only()
    {
        await using var pebble = await PebbleServer.StartAsync(
            new PebbleSettings { HttpPort = shared.Challenges.Port, NonceReject = 0 }, TestContext.Current.CancellationToken);
        using var customer = new Customer(pebble, shared.Challenges);

        await customer.IssueAsync(Customer.For(Customer.UniqueName()));

        Assert.Equal(1, customer.Wire.Heads);
    }
}
