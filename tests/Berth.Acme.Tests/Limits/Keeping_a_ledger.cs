using Berth.Acme.Limits;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Acme.Tests.Limits;

/// <summary>Let's Encrypt's numbers, counted here before it counts them.</summary>
public sealed class Keeping_a_ledger : WithLedger
{
    /// <summary>As a machine without a clock of its own starts: it is set right once there is a network.</summary>
    [Fact]
    public async Task keeps_what_was_spent_through_a_look_while_the_clock_is_behind()
    {
        var ledger = await OpenAsync();
        await TakeAsync(ledger, 300, i => Order($"n{i}-{i % 40}.d{i}.com"));
        var behind = new FakeTimeProvider(Start.AddDays(-30));
        var early = await RateLedger.OpenAsync(RateLimits.LetsEncrypt, Store, behind, Cancel);

        Assert.False(early.Check(Order("one.more.com")).MayGo);
        behind.SetUtcNow(Start);

        Assert.Equal(Start.AddSeconds(36), Assert.Single(early.Check(Order("one.more.com")).Holds).Until);
    }

    [Fact]
    public async Task sets_aside_what_is_about_to_be_ordered_and_keeps_nothing_of_it()
    {
        var ledger = await OpenAsync();
        await TakeAsync(ledger, 299, i => Order($"n{i}-{i % 40}.d{i}.com"));

        var first = Order("one.more.com");
        Assert.True(ledger.Reserve(first).MayGo);
        var held = Assert.Single(ledger.Reserve(Order("two.more.net")).Holds);
        Assert.Equal((LimitKind.NewOrders, true, Start.AddSeconds(36)), (held.Kind, held.IsSetAside, held.Until));

        ledger.Undo(first);
        Assert.True(ledger.Check(Order("two.more.net")).MayGo);
        await ledger.SaveAsync(Cancel);
        Assert.Equal(1, (await OpenAsync()).States().Single(state => state.Kind == LimitKind.NewOrders).Left);
    }

    [Fact]
    public async Task allows_300_orders_of_an_account_in_3_hours_and_one_more_every_36_seconds()
    {
        var ledger = await OpenAsync();
        await TakeAsync(ledger, 300, i => Order($"n{i}-{i % 40}.d{i}.com"));

        var held = Assert.Single((await OrderAsync(ledger, Order("one.more.com"))).Holds);

        Assert.Equal((LimitKind.NewOrders, Start.AddSeconds(36)), (held.Kind, held.Until));
        Time.Advance(TimeSpan.FromSeconds(36));
        Assert.True((await OrderAsync(ledger, Order("one.more.com"))).MayGo);
        Assert.False((await OrderAsync(ledger, Order("two.more.net"))).MayGo);
    }

    [Fact]
    public async Task allows_50_certificates_below_a_registered_domain_in_7_days()
    {
        var ledger = await OpenAsync();
        await TakeAsync(ledger, 50, i => Order($"n{i}.shop.co.uk"));

        Assert.Equal(LimitKind.CertificatesPerDomain, Assert.Single(ledger.Check(Order("n.shop.co.uk")).Holds).Kind);
        Assert.True(ledger.Check(Order("n.stall.co.uk")).MayGo);
        Assert.Equal(Start + TimeSpan.FromDays(7) / 50, ledger.Check(Order("n.shop.co.uk")).GoAt);
    }

    [Fact]
    public async Task allows_5_certificates_for_exactly_the_same_names_whatever_their_order()
    {
        var ledger = await OpenAsync();
        await TakeAsync(ledger, 5, _ => Order("a.com", "b.com") with { IsRenewal = true });

        Assert.Equal(LimitKind.CertificatesPerSet, Assert.Single(ledger.Check(Order("b.com", "a.com") with { IsRenewal = true }).Holds).Kind);
        Assert.True(ledger.Check(Order("a.com")).MayGo);
    }

    [Fact]
    public async Task holds_a_name_back_that_could_not_be_proved_5_times_in_an_hour()
    {
        var ledger = await OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await ledger.NotProvedAsync("account", "bad.com", Cancel);
        }

        Assert.Equal((LimitKind.FailedValidations, Start.AddMinutes(12)), (ledger.Check(Order("bad.com")).Holds[0].Kind, ledger.Check(Order("bad.com")).GoAt));
        Assert.True(ledger.Check(Order("good.com")).MayGo);
        Assert.True(ledger.Check(Order("bad.com") with { Account = "another" }).MayGo);
    }

    [Fact]
    public async Task counts_failures_in_a_row_up_to_the_1152_after_which_a_name_is_paused_and_forgets_them_at_a_success()
    {
        var ledger = await OpenAsync();
        for (var i = 0; i < 1152; i++)
        {
            await ledger.NotProvedAsync("account", "bad.com", Cancel);
        }

        Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(LimitKind.ConsecutiveFailures, Assert.Single(ledger.Check(Order("bad.com")).Holds).Kind);
        await ledger.IssuedAsync(Order("bad.com"), Cancel);
        Assert.True(ledger.Check(Order("bad.com")).MayGo);
    }

    [Fact]
    public async Task allows_10_accounts_from_this_machine_in_3_hours()
    {
        var ledger = await OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            Assert.True(ledger.ReserveRegistration("another").MayGo);
            ledger.ReleaseRegistration("another");
        }

        Assert.Equal(Start.AddMinutes(18), ledger.CheckRegistration("another").GoAt);
        Assert.True(ledger.Check(Order("a.com")).MayGo);
        Assert.Equal(0, ledger.StatesFor(Order("a.com"), registers: true).Single(state => state.Kind == LimitKind.NewAccounts).Left);
        Assert.DoesNotContain(ledger.StatesFor(Order("a.com")), state => state.Kind == LimitKind.NewAccounts);
    }

    [Fact]
    public async Task sets_a_registration_aside_once_for_all_that_wait_for_the_same_account()
    {
        var ledger = await OpenAsync();
        for (var i = 0; i < 9; i++)
        {
            Assert.True(ledger.ReserveRegistration($"before{i}").MayGo);
            ledger.ReleaseRegistration($"before{i}");
        }

        Assert.True(ledger.ReserveRegistration("one").MayGo);
        Assert.True(ledger.ReserveRegistration("one").MayGo);
        var held = Assert.Single(ledger.ReserveRegistration("two").Holds);
        Assert.Equal((LimitKind.NewAccounts, true, Start.AddMinutes(1)), (held.Kind, held.IsSetAside, held.Until));

        ledger.UndoRegistration("one");
        Assert.False(ledger.CheckRegistration("two").MayGo);
        ledger.UndoRegistration("one");
        Assert.True(ledger.ReserveRegistration("two").MayGo);
        ledger.ReleaseRegistration("two");
        Assert.False(ledger.CheckRegistration("three").MayGo);
    }

    [Fact]
    public async Task does_not_count_orders_and_domains_for_a_renewal_of_the_same_names_nor_anything_within_the_window()
    {
        var ledger = await OpenAsync();
        await TakeAsync(ledger, 50, i => Order($"n{i}.shop.com"));
        await TakeAsync(ledger, 250, i => Order($"n{i}.d{i}.com"));

        Assert.False(ledger.Check(Order("n1.shop.com")).MayGo);
        await TakeAsync(ledger, 4, _ => Order("n1.shop.com") with { IsRenewal = true });
        Assert.False(ledger.Check(Order("n1.shop.com") with { IsRenewal = true }).MayGo);
        await TakeAsync(ledger, 100, _ => Order("n1.shop.com") with { IsRenewal = true, ReplacesInWindow = true });
    }

    [Fact]
    public async Task gives_back_what_a_failed_order_set_aside_but_for_the_order()
    {
        var ledger = await OpenAsync();
        for (var i = 0; i < 60; i++)
        {
            var order = Order($"n{i}.shop.com");
            Assert.True((await OrderAsync(ledger, order)).MayGo);
            await ledger.FailedAsync(order, Cancel);
        }

        Assert.Equal(240, Assert.Single(ledger.States()).Left);
    }

    [Fact]
    public async Task lets_no_more_through_than_the_limit_when_many_ask_at_once()
    {
        var ledger = await OpenAsync();

        var verdicts = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () => await OrderAsync(ledger, Order($"n.d{i}.com")))));

        Assert.Equal(300, verdicts.Count(verdict => verdict.MayGo));
    }

    [Fact]
    public async Task counts_addresses_by_themselves_and_by_their_64()
    {
        var ledger = await OpenAsync();
        await TakeAsync(ledger, 50, i => Order($"2001:db8:0:1::{i + 1:x}"));

        Assert.False(ledger.Check(Order("2001:db8:0:1::ffff")).MayGo);
        Assert.True(ledger.Check(Order("2001:db8:0:2::1")).MayGo);
        Assert.True(ledger.Check(Order("192.0.2.1")).MayGo);
    }

    [Fact]
    public async Task does_not_hold_back_for_years_after_a_clock_that_was_wrong()
    {
        Time.Advance(TimeSpan.FromDays(3650));
        var ledger = await OpenAsync();
        await TakeAsync(ledger, 5, _ => Order("a.com"));
        await ledger.GatedAsync(new AuthorityGate { Scope = GateScope.Account, Until = Time.GetUtcNow().AddHours(3), Words = "x" }, Order("a.com"), Cancel);
        var clock = new FakeTimeProvider(Start);
        var mended = await RateLedger.OpenAsync(RateLimits.LetsEncrypt, Store, clock, Cancel);

        // What was spent is not known: it counts as all of it, once.
        Assert.Equal(Start + TimeSpan.FromDays(7) / 5, mended.Check(Order("a.com")).GoAt);
        clock.Advance(TimeSpan.FromDays(7) / 5);
        Assert.True(mended.Check(Order("a.com")).MayGo);
    }

    [Fact]
    public async Task survives_a_restart_and_a_save_that_failed()
    {
        var ledger = await OpenAsync();
        Store.Fault = new IOException("disk full");
        await Assert.ThrowsAsync<IOException>(async () => await OrderAsync(ledger, Order("a.com")));
        await OrderAsync(ledger, Order("a.com"));

        Assert.Equal(ledger.States(), (await OpenAsync()).States());
        Assert.Equal(3, (await OpenAsync()).States().Single(state => state.Kind == LimitKind.CertificatesPerSet).Left);
    }

    [Theory]
    [InlineData("gate|")]
    [InlineData("gate|Nowhere|a.com")]
    [InlineData("gate|99|a.com")]
    [InlineData("Nothing|a.com")]
    [InlineData("")]
    public async Task passes_over_what_a_hand_has_written_and_nobody_counts(string key)
    {
        var entry = new LedgerEntry { Until = Start.AddMinutes(1), Subject = "a.com" };
        await Store.SaveAsync(new Dictionary<string, LedgerEntry?> { [key] = entry, ["gate|Account|you"] = entry }, Cancel);

        var ledger = await OpenAsync();

        Assert.Equal(GateScope.Account, Assert.Single(ledger.Gates()).Gate);
        Assert.Empty(ledger.States());
        Assert.True(ledger.Check(Order("a.com")).MayGo);
    }

    [Fact]
    public async Task goes_on_by_other_limits_with_what_was_counted()
    {
        var ledger = await OpenAsync();
        var other = ledger.With(new RateLimits { All = [new RateLimit(LimitKind.NewOrders, 3, TimeSpan.FromHours(3))] });

        await TakeAsync(ledger, 1, _ => Order("a.com"));
        await TakeAsync(other, 1, _ => Order("b.com"));
        await ledger.GatedAsync(new AuthorityGate { Scope = GateScope.Name, Subjects = ["c.com"], Words = "busy" }, Order("c.com"), Cancel);

        Assert.Equal(3, Assert.Single(other.States()).Of);
        Assert.False(other.Check(Order("c.com")).MayGo);
        Assert.Equal(ledger.States(), (await OpenAsync()).States());
    }

    /// <summary>Who raises a limit has as much more, and who lowers it does not have back at once what was spent.</summary>
    [Theory]
    [InlineData(500, 498)]
    [InlineData(3, 1)]
    [InlineData(1, 0)]
    public async Task counts_by_other_limits_what_was_spent_and_not_how_long_it_took_to_come_back(int count, int left)
    {
        var ledger = (await OpenAsync()).With(new RateLimits { All = [new RateLimit(LimitKind.NewOrders, 2, TimeSpan.FromDays(7))] });
        await TakeAsync(ledger, 2, i => Order($"n{i}.com"));

        var limits = new RateLimits { All = [new RateLimit(LimitKind.NewOrders, count, TimeSpan.FromDays(7))] };
        Assert.Equal(left, Assert.Single(ledger.With(limits).States()).Left);
        Assert.Equal(left, Assert.Single((await RateLedger.OpenAsync(limits, Store, Time, Cancel)).States()).Left);
    }

    [Fact]
    public void never_allows_more_in_a_period_than_a_full_bucket_and_its_refill() => Gen.Int[1, 3600].Array[1, 400].Sample(pauses =>
    {
        var time = new FakeTimeProvider(Start);
        var ledger = RateLedger.OpenAsync(RateLimits.LetsEncrypt, new MemoryLedger(), time, CancellationToken.None).GetAwaiter().GetResult();
        List<DateTimeOffset> gone = [];
        foreach (var seconds in pauses)
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            if (OrderAsync(ledger, Order("a.com")).GetAwaiter().GetResult().MayGo)
            {
                gone.Add(time.GetUtcNow());
            }
        }

        Assert.All(gone, first => Assert.InRange(gone.Count(at => at >= first && at < first.AddDays(7)), 1, 10));
        Assert.True(gone.Count >= Math.Min(5, pauses.Length));
    }, iter: 50);

    [Theory]
    [InlineData("https://acme-v02.api.letsencrypt.org/directory", 6)]
    [InlineData("https://acme-staging-v02.api.letsencrypt.org/directory", 5)]
    [InlineData("https://ca.example/directory", 0)]
    public void knows_whose_limits_they_are(string directory, int count) => Assert.Equal(count, RateLimits.Of(new Uri(directory)).All.Count);

    private static async Task<LimitVerdict> OrderAsync(RateLedger ledger, PlannedOrder order)
    {
        var verdict = ledger.Reserve(order);
        if (verdict.MayGo)
        {
            ledger.Release(order);
            await ledger.SaveAsync(CancellationToken.None);
        }

        return verdict;
    }

    private static async Task TakeAsync(RateLedger ledger, int count, Func<int, PlannedOrder> order)
    {
        for (var i = 0; i < count; i++)
        {
            var verdict = await OrderAsync(ledger, order(i));
            Assert.True(verdict.MayGo, $"{i}: {string.Join(", ", verdict.Holds)}");
        }
    }
}
