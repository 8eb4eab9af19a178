using Berth.Acme.Limits;

namespace Berth.Acme.Tests.Limits;

/// <summary>What an authority asked to be spared, for how long and with what.</summary>
public sealed class Keeping_waits_that_were_asked_for : WithLedger
{
    [Fact]
    public async Task holds_no_order_back_of_an_account_that_there_is_where_new_ones_are_refused()
    {
        var ledger = await OpenAsync();
        await ledger.GatedAsync(new AuthorityGate { Scope = GateScope.Registration, Until = Start.AddHours(2), Words = "too many" }, Order("a.com"), Cancel);

        foreach (var opened in (RateLedger[])[ledger, await OpenAsync()])
        {
            Assert.True(opened.Check(Order("a.com")).MayGo);
            var hold = Assert.Single(opened.CheckRegistration("another").Holds);
            Assert.Equal((GateScope.Registration, "new accounts", Start.AddHours(2)), (hold.Gate, hold.Subject, hold.Until));
        }
    }

    [Theory]
    [InlineData(GateScope.Authority, true, true)]
    [InlineData(GateScope.Account, true, false)]
    [InlineData(GateScope.Domain, false, false)]
    [InlineData(GateScope.NameSet, false, false)]
    [InlineData(GateScope.Name, false, false)]
    public async Task keeps_a_wait_for_what_it_is_about_and_for_nothing_else(GateScope scope, bool holdsOthers, bool holdsOtherAccounts)
    {
        var ledger = await OpenAsync();
        await ledger.GatedAsync(new AuthorityGate { Scope = scope, Until = Start.AddHours(2), Words = "busy" }, Order("a.shop.com"), Cancel);

        foreach (var opened in (RateLedger[])[ledger, await OpenAsync()])
        {
            var hold = Assert.Single(opened.Check(Order("a.shop.com")).Holds);
            Assert.Equal((scope, Start.AddHours(2), "busy"), (hold.Gate, hold.Until, hold.Words));
            Assert.Equal(holdsOthers, !opened.Check(Order("b.other.com")).MayGo);
            Assert.Equal(holdsOtherAccounts, !opened.Check(Order("b.other.com") with { Account = "another" }).MayGo);
        }

        Time.Advance(TimeSpan.FromHours(2));
        Assert.True(ledger.Check(Order("a.shop.com")).MayGo);
        Assert.Empty(ledger.Gates());
    }

    [Fact]
    public async Task holds_a_paused_name_back_shows_the_page_and_looks_again_after_a_day()
    {
        var ledger = await OpenAsync();
        var pause = new AuthorityGate { Scope = GateScope.Name, Subjects = ["a.com"], Page = "https://ca.example/unpause", Words = "paused" };

        await ledger.GatedAsync(pause, Order("a.com", "b.com"), Cancel);

        var hold = Assert.Single(ledger.Check(Order("a.com")).Holds);
        Assert.Equal(("https://ca.example/unpause", Start.AddDays(1)), (hold.Page, hold.Until));
        Assert.True(ledger.Check(Order("b.com")).MayGo);
    }

    /// <summary>Another app may have spent the domain's: a renewal costs nothing of it.</summary>
    [Fact]
    public async Task holds_no_renewal_back_for_a_wait_for_what_it_is_free_of()
    {
        var ledger = await OpenAsync();
        await ledger.GatedAsync(new AuthorityGate { Scope = GateScope.Domain, Until = Start.AddHours(2), Words = "busy" }, Order("new.shop.com"), Cancel);
        await ledger.GatedAsync(new AuthorityGate { Scope = GateScope.NameSet, Until = Start.AddHours(2), Words = "busy" }, Order("a.shop.com"), Cancel);

        Assert.Equal(2, ledger.Check(Order("a.shop.com")).Holds.Count);
        Assert.Equal(GateScope.NameSet, Assert.Single(ledger.Check(Order("a.shop.com") with { IsRenewal = true }).Holds).Gate);
        Assert.True(ledger.Check(Order("a.shop.com") with { ReplacesInWindow = true }).MayGo);
    }

    [Fact]
    public async Task waits_an_hour_where_an_authority_does_not_say_how_long()
    {
        var ledger = await OpenAsync();
        await ledger.GatedAsync(new AuthorityGate { Scope = GateScope.Account, Words = "slow down" }, Order("a.com"), Cancel);
        Assert.Equal(Start.AddHours(1), ledger.Check(Order("a.com")).GoAt);
    }

    [Fact]
    public async Task never_waits_longer_than_a_day_at_an_authoritys_word()
    {
        var ledger = await OpenAsync();
        await ledger.GatedAsync(new AuthorityGate { Scope = GateScope.Authority, Until = Start.AddDays(365), Words = "go away" }, Order("a.com"), Cancel);
        Assert.Equal(Start.AddDays(1), ledger.Check(Order("a.com")).GoAt);
    }
}
