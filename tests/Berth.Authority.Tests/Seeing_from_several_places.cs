using Berth.Acme.Protocol;
using Berth.Authority.Validation;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>A proof must be seen by a quorum of resolvers, each asked for itself.</summary>
public sealed class Seeing_from_several_places : WithNameServer
{
    private NameServer _second = null!;
    private NameServer _third = null!;

    public override async ValueTask InitializeAsync()
    {
        _second = await NameServer.StartBindAsync("@ IN CAA 0 issue \"ca.example\"");
        _third = await NameServer.StartBindAsync("@ IN CAA 0 issue \"ca.example\"");
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _second.DisposeAsync();
        await _third.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected override AuthorityOptions Change(AuthorityOptions options) =>
        options with { Resolvers = [Dns.Address, _second.Address, _third.Address] };

    [Theory]
    [InlineData(true, true, "ready")]
    [InlineData(true, false, "ready")]
    [InlineData(false, true, "ready")]
    [InlineData(false, false, "invalid")]
    public async Task lets_one_of_three_be_wrong_but_never_the_first(bool second, bool third, string outcome)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var (order, _) = await TryAsync(client, "www.example.test", ChallengeType.Dns01, async challenge =>
        {
            var record = $"add _acme-challenge.www 60 TXT \"{Proof(client, challenge)}\"";
            await UpdateAsync(Dns, record);
            await (second ? UpdateAsync(_second, record) : Task.CompletedTask);
            await (third ? UpdateAsync(_third, record) : Task.CompletedTask);
        });

        Assert.True(order.Status == outcome, order.Error?.Detail);
        Assert.Contains(outcome == "ready" ? "" : "1 of 3 perspectives see it, 2 are needed", order.Error?.Detail ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task believes_nobody_where_the_first_sees_nothing()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var (order, _) = await TryAsync(client, "www.example.test", ChallengeType.Dns01, async challenge =>
        {
            var record = $"add _acme-challenge.www 60 TXT \"{Proof(client, challenge)}\"";
            await UpdateAsync(_second, record);
            await UpdateAsync(_third, record);
        });

        Assert.Equal("invalid", order.Status);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(5, 4)]
    [InlineData(6, 4)]
    [InlineData(9, 7)]
    public void asks_for_a_quorum_by_number(int perspectives, int quorum) =>
        Assert.Equal(quorum, Quorum.Of(perspectives));
}
