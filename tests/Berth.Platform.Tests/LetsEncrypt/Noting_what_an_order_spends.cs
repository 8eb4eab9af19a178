using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.Tests.LetsEncrypt.Simulation;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>The ledger's notes of one issuance.</summary>
public sealed class Noting_what_an_order_spends
{
    private static readonly RateLimits Limits = new() { All = [new RateLimit(LimitKind.CertificatesPerSet, 5, TimeSpan.FromDays(7))] };
    private static readonly PlannedOrder Left = new() { Account = "you@example.com", Names = ["one.example.com"] };
    private static readonly PendingOrder LeftOpen = SomeOrder.Placed;

    [Fact]
    public async Task gives_back_what_the_order_cost_that_was_left_and_not_the_one_in_its_place()
    {
        var ledger = await RateLedger.OpenAsync(Limits, new MemoryLedgerStore(), TimeProvider.System, CancellationToken.None);
        await ledger.OrderedAsync(Left, CancellationToken.None);
        var notes = new LedgerNotes(ledger, SomeNotes.Planned, [], LeftOpen, [], new Progress<IssuanceStep>());

        notes.Report(new IssuanceStep(IssuanceStepKind.OrderDropped));
        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        notes.Report(new IssuanceStep(IssuanceStepKind.Downloaded));
        await notes.EndAsync();

        Assert.Equal((5, 4), (LeftOf(ledger, Left), LeftOf(ledger, SomeNotes.Planned)));
    }

    [Fact]
    public async Task spends_nothing_for_an_order_that_is_gone_on_with()
    {
        var ledger = await RateLedger.OpenAsync(Limits, new MemoryLedgerStore(), TimeProvider.System, CancellationToken.None);
        await ledger.OrderedAsync(Left, CancellationToken.None);
        var notes = new LedgerNotes(ledger, Left, [], LeftOpen, [], new Progress<IssuanceStep>());

        notes.Report(new IssuanceStep(IssuanceStepKind.OrderResumed));
        notes.Report(new IssuanceStep(IssuanceStepKind.Downloaded));
        await notes.EndAsync();

        Assert.Equal(4, LeftOf(ledger, Left));
    }

    /// <summary>The server has counted it, whatever came of its download.</summary>
    [Fact]
    public async Task gives_back_nothing_that_was_issued()
    {
        var ledger = await RateLedger.OpenAsync(Limits, new MemoryLedgerStore(), TimeProvider.System, CancellationToken.None);
        var notes = new LedgerNotes(ledger, SomeNotes.Planned, [], null, [], new Progress<IssuanceStep>());

        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        notes.Report(new IssuanceStep(IssuanceStepKind.Issued));
        await notes.FailedAsync(SomeNotes.Failure(AcmeProblems.CertificateWrong));

        Assert.Equal(4, LeftOf(ledger, SomeNotes.Planned));
    }

    [Fact]
    public async Task gives_back_what_the_names_cost_that_were_left_out_and_counts_their_failure()
    {
        var ledger = await SomeNotes.OpenAsync();
        var both = new PlannedOrder { Account = "you@example.com", Names = ["good.example.com", "bad.example.net"] };
        var notes = new LedgerNotes(ledger, both, [], null, [], new Progress<IssuanceStep>());

        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        notes.Report(new IssuanceStep(IssuanceStepKind.ValidationFailed, "bad.example.net", "refused"));
        notes.Report(new IssuanceStep(IssuanceStepKind.NameLeftOut, "bad.example.net", "refused"));
        Assert.True((await notes.ReserveAsync()).MayGo);
        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        notes.Report(new IssuanceStep(IssuanceStepKind.Downloaded));
        await notes.EndAsync();

        var spent = ledger.States().Select(state => (state.Kind, state.Subject, state.Of - state.Left)).ToHashSet();
        Assert.Equal(
            [
                (LimitKind.NewOrders, "you@example.com", 2), (LimitKind.CertificatesPerDomain, "example.com", 1),
                (LimitKind.CertificatesPerSet, "good.example.com", 1), (LimitKind.FailedValidations, "bad.example.net", 1),
                (LimitKind.ConsecutiveFailures, "bad.example.net", 1),
            ],
            spent);
    }

    /// <summary>A record that could not be set, a program that failed: the server has never looked.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task counts_no_validation_that_failed_on_this_side(bool othersAreLeft)
    {
        var ledger = await SomeNotes.OpenAsync();
        var notes = new LedgerNotes(ledger, SomeNotes.Planned, [], null, [], new Progress<IssuanceStep>());

        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        notes.Report(new IssuanceStep(IssuanceStepKind.NotProved, "two.example.com", "no access"));
        if (othersAreLeft)
        {
            notes.Report(new IssuanceStep(IssuanceStepKind.NameLeftOut, "two.example.com", "no access"));
        }

        await notes.FailedAsync(SomeNotes.Failure(new ProblemCode("dns-refused"), new FailedName("two.example.com", "dns-refused", "no access", "dns-01")));

        Assert.Equal([LimitKind.NewOrders], ledger.States().Select(state => state.Kind));
    }

    [Fact]
    public async Task counts_what_failed_of_an_order_that_was_gone_on_with()
    {
        var ledger = await SomeNotes.OpenAsync();
        await ledger.OrderedAsync(Left, CancellationToken.None);
        var notes = new LedgerNotes(ledger, Left, [], LeftOpen, [], new Progress<IssuanceStep>());

        notes.Report(new IssuanceStep(IssuanceStepKind.OrderResumed));
        notes.Report(new IssuanceStep(IssuanceStepKind.ValidationFailed, "one.example.com", "refused"));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderDropped));
        await notes.EndAsync();

        Assert.Equal(
            [(LimitKind.NewOrders, 1), (LimitKind.FailedValidations, 1), (LimitKind.ConsecutiveFailures, 1)],
            ledger.States().OrderBy(state => state.Kind).Select(state => (state.Kind, state.Of - state.Left)));
    }

    /// <summary>It was a renewal when it was placed; now another name is wanted besides.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task gives_back_what_an_order_cost_when_it_was_placed_and_not_what_it_would_cost_now(bool isGoneOnWith)
    {
        var ledger = await SomeNotes.OpenAsync();
        var other = new PlannedOrder { Account = "you@example.com", Names = ["other.example.com"] };
        await ledger.OrderedAsync(other, CancellationToken.None);
        var notes = new LedgerNotes(ledger, SomeNotes.Planned, [], LeftOpen with { Counted = Left with { IsRenewal = true } }, [], new Progress<IssuanceStep>());

        if (isGoneOnWith)
        {
            notes.Report(new IssuanceStep(IssuanceStepKind.OrderResumed));
        }

        notes.Report(new IssuanceStep(IssuanceStepKind.OrderDropped));
        await notes.EndAsync();

        Assert.Equal(49, ledger.States().Single(state => state.Kind == LimitKind.CertificatesPerDomain).Left);
    }

    /// <summary>In the window of a certificate nothing is counted of what takes its place: what is left may share no name with it.</summary>
    [Fact]
    public async Task counts_what_is_left_where_it_takes_no_certificates_place()
    {
        var ledger = await SomeNotes.OpenAsync();
        var all = SomeNotes.Planned with { Names = ["a.example.com", "b.example.com"], ReplacesInWindow = true };
        var rest = SomeNotes.Planned with { Names = ["b.example.com"] };
        var notes = new LedgerNotes(ledger, all, [], null, ["a.example.com"], new Progress<IssuanceStep>());
        Assert.True((await notes.ReserveAsync()).MayGo);
        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        notes.Report(new IssuanceStep(IssuanceStepKind.NameLeftOut, "a.example.com", "refused"));
        Assert.True((await notes.ReserveAsync()).MayGo);
        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        await notes.EndAsync();

        Assert.Equal(1, ledger.StatesFor(rest).Single(state => state.Kind == LimitKind.CertificatesPerSet) is var set ? set.Of - set.Left : -1);
    }

    /// <summary>Those that a wildcard stood for are ordered in its place.</summary>
    [Fact]
    public async Task counts_the_names_that_come_back_once_their_wildcard_is_left_out()
    {
        var ledger = await SomeNotes.OpenAsync();
        var notes = new LedgerNotes(ledger, SomeNotes.Planned with { Names = ["*.example.com", "example.com"] }, ["a.example.com", "b.example.com"], null, [], new Progress<IssuanceStep>());

        foreach (var failing in new[] { "*.example.com", "b.example.com" })
        {
            Assert.True((await notes.ReserveAsync()).MayGo);
            notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
            notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
            notes.Report(new IssuanceStep(IssuanceStepKind.NameLeftOut, failing, "refused"));
        }

        Assert.True((await notes.ReserveAsync()).MayGo);
        Assert.Equal(["a.example.com", "example.com"], notes.UnderWay?.Names);
        await notes.EndAsync();
    }

    /// <summary>What an earlier run left out comes back with nothing.</summary>
    [Fact]
    public async Task counts_no_name_that_was_left_out_before_the_order_was_gone_on_with()
    {
        var ledger = await SomeNotes.OpenAsync();
        var left = LeftOpen with { Names = ["a.example.com", "example.com"], LeftOut = [new FailedName("*.example.com", "acme-dns", "none"), new FailedName("b.example.com", "acme-dns", "none")] };
        var notes = new LedgerNotes(ledger, SomeNotes.Planned with { Names = ["*.example.com", "example.com"] }, ["a.example.com", "b.example.com"], left, [], new Progress<IssuanceStep>());

        notes.Report(new IssuanceStep(IssuanceStepKind.OrderResumed));
        notes.Report(new IssuanceStep(IssuanceStepKind.NameLeftOut, "a.example.com", "refused"));
        Assert.True((await notes.ReserveAsync()).MayGo);

        Assert.Equal(["example.com"], notes.UnderWay?.Names);
        await notes.EndAsync();
    }

    [Fact]
    public async Task gives_all_back_but_the_order_where_that_came_to_nothing()
    {
        var ledger = await SomeNotes.OpenAsync();
        var notes = new LedgerNotes(ledger, SomeNotes.Planned, [], null, [], new Progress<IssuanceStep>());

        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        await notes.FailedAsync(SomeNotes.Failure(AcmeProblems.OrderInvalid));

        Assert.Equal([(LimitKind.NewOrders, 299)], ledger.States().Select(state => (state.Kind, state.Left)));
    }

    [Fact]
    public async Task keeps_what_an_order_cost_that_is_kept_for_the_next_run()
    {
        var ledger = await SomeNotes.OpenAsync();
        var notes = new LedgerNotes(ledger, SomeNotes.Planned, [], null, [], new Progress<IssuanceStep>());

        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        await notes.FailedAsync(SomeNotes.Failure(AcmeProblems.ServerTimeout));

        Assert.Equal(3, ledger.States().Count);
    }

    [Fact]
    public async Task counts_an_order_without_the_names_that_failed_as_no_renewal_any_more()
    {
        var ledger = await SomeNotes.OpenAsync();
        var notes = new LedgerNotes(ledger, SomeNotes.Planned with { Names = ["good.example.com", "bad.example.net"], IsRenewal = true }, [], null, [], new Progress<IssuanceStep>());

        await notes.ReserveAsync();
        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        notes.Report(new IssuanceStep(IssuanceStepKind.NameLeftOut, "bad.example.net", "refused"));
        await notes.ReserveAsync();
        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        notes.Report(new IssuanceStep(IssuanceStepKind.Downloaded));
        await notes.EndAsync();

        Assert.Contains((LimitKind.NewOrders, 1), ledger.States().Select(state => (state.Kind, state.Of - state.Left)));
    }

    [Fact]
    public async Task spends_nothing_where_the_authority_made_no_order()
    {
        var ledger = await SomeNotes.OpenAsync();

        await new LedgerNotes(ledger, SomeNotes.Planned, [], null, [], new Progress<IssuanceStep>()).FailedAsync(SomeNotes.Failure(AcmeProblems.IdentifierRejected));

        Assert.Empty(ledger.States());
    }

    [Fact]
    public async Task counts_an_order_in_full_that_the_authority_did_not_take_for_a_renewal_in_its_window()
    {
        var ledger = await SomeNotes.OpenAsync();
        var renewal = SomeNotes.Planned with { ReplacesInWindow = true };
        await Run(renewal, []);
        Assert.Empty(ledger.States());

        await Run(renewal, [new IssuanceStep(IssuanceStepKind.ReplacesLeftOut)]);

        Assert.Equal(3, ledger.States().Count);

        Task Run(PlannedOrder planned, IssuanceStep[] before)
        {
            var notes = new LedgerNotes(ledger, planned, [], null, [], new Progress<IssuanceStep>());
            foreach (var step in before.Append(new IssuanceStep(IssuanceStepKind.OrderCreated)))
            {
                notes.Report(step);
            }

            notes.Report(new IssuanceStep(IssuanceStepKind.Downloaded));
            return notes.EndAsync();
        }
    }

    private static int LeftOf(RateLedger ledger, PlannedOrder order) => Assert.Single(ledger.StatesFor(order)).Left;
}
