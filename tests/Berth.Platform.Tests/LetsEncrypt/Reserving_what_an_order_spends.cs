using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.Tests.LetsEncrypt.Simulation;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>An order is counted before it is sent, and given back where the authority made none.</summary>
public sealed class Reserving_what_an_order_spends
{
    /// <summary>Sent, it may exist whatever ends this process: kill -9 between its answer and the ledger cost nothing.</summary>
    [Fact]
    public async Task has_counted_an_order_before_it_is_sent()
    {
        var store = new MemoryLedgerStore();
        var ledger = await RateLedger.OpenAsync(RateLimits.LetsEncrypt, store, TimeProvider.System, CancellationToken.None);
        var notes = new LedgerNotes(ledger, SomeNotes.Planned, [], null, [], new Progress<IssuanceStep>());

        Assert.True((await notes.ReserveAsync()).MayGo);

        Assert.Equal(SomeNotes.Planned, notes.UnderWay);
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        Assert.Equal(SomeNotes.Planned, notes.UnderWay);
        var next = await RateLedger.OpenAsync(RateLimits.LetsEncrypt, store, TimeProvider.System, CancellationToken.None);
        Assert.Equal(3, next.States().Count);
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 0)]
    public async Task counts_what_was_reserved_once_where_it_is_placed_and_not_at_all_where_it_is_not(bool isPlaced, int buckets)
    {
        var ledger = await SomeNotes.OpenAsync();
        var notes = new LedgerNotes(ledger, SomeNotes.Planned, [], null, [], new Progress<IssuanceStep>());
        Assert.True((await notes.ReserveAsync()).MayGo);

        if (isPlaced)
        {
            notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
            notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        }

        await notes.EndAsync();

        Assert.Equal(buckets, ledger.States().Count);
        Assert.All(ledger.States(), state => Assert.Equal(1, state.Of - state.Left));
    }

    [Fact]
    public async Task counts_an_order_in_place_of_the_one_that_was_reserved()
    {
        var ledger = await SomeNotes.OpenAsync();
        var renewal = SomeNotes.Planned with { IsRenewal = true, ReplacesInWindow = true };
        var notes = new LedgerNotes(ledger, renewal, [], null, [], new Progress<IssuanceStep>());
        await notes.ReserveAsync();

        Assert.False(notes.CountsInFull);
        notes.Report(new IssuanceStep(IssuanceStepKind.ReplacesLeftOut));
        Assert.True(notes.CountsInFull);
        await notes.ReserveAsync();
        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        await notes.EndAsync();

        Assert.Equal([(LimitKind.CertificatesPerSet, 1)], ledger.States().Select(state => (state.Kind, state.Of - state.Left)));
    }

    [Fact]
    public async Task holds_the_next_order_of_the_same_attempt_back_once_the_first_has_spent_the_last()
    {
        var ledger = await RateLedger.OpenAsync(
            new RateLimits { All = [new RateLimit(LimitKind.NewOrders, 1, TimeSpan.FromDays(7))] }, new MemoryLedgerStore(), TimeProvider.System, CancellationToken.None);
        var notes = new LedgerNotes(ledger, SomeNotes.Planned with { Names = ["good.example.com", "bad.example.net"] }, [], null, [], new Progress<IssuanceStep>());

        Assert.True((await notes.ReserveAsync()).MayGo);
        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        notes.Report(new IssuanceStep(IssuanceStepKind.NameLeftOut, "bad.example.net", "refused"));

        Assert.Equal([LimitKind.NewOrders], (await notes.ReserveAsync()).Holds.Select(hold => hold.Kind!.Value));
    }

    [Theory]
    [InlineData("acme-server-timeout", 1)]
    [InlineData("acme-response-invalid", 1)]
    [InlineData("acme-identifier-rejected", 0)]
    [InlineData("acme-server-refused", 0)]
    public async Task counts_an_order_whose_answer_was_lost_as_one_that_came_to_nothing(string code, int orders)
    {
        var ledger = await SomeNotes.OpenAsync();
        var notes = new LedgerNotes(ledger, SomeNotes.Planned, [], null, [], new Progress<IssuanceStep>());

        await notes.ReserveAsync();
        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        await notes.FailedAsync(SomeNotes.Failure(new ProblemCode(code)));
        await notes.EndAsync();

        Assert.Equal(orders == 0 ? [] : [(LimitKind.NewOrders, 299)], ledger.States().Select(state => (state.Kind, state.Left)));
    }

    /// <summary>Ctrl-C, an orderly stop, kill -9: the server may have made it all the same.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task counts_an_order_that_was_cut_off_before_it_was_answered(bool isKilled)
    {
        var store = new MemoryLedgerStore();
        var ledger = await RateLedger.OpenAsync(RateLimits.LetsEncrypt, store, TimeProvider.System, CancellationToken.None);
        var notes = new LedgerNotes(ledger, SomeNotes.Planned, [], null, [], new Progress<IssuanceStep>());
        await notes.ReserveAsync();
        notes.Report(new IssuanceStep(IssuanceStepKind.Ordering));
        if (isKilled)
        {
            ledger = await RateLedger.OpenAsync(RateLimits.LetsEncrypt, store, TimeProvider.System, CancellationToken.None);
            notes = new LedgerNotes(ledger, SomeNotes.Planned, [], SomeOrder.Placed with { Stage = OrderStage.KeySaved, OrderUrl = null, Counted = SomeNotes.Planned }, [], new Progress<IssuanceStep>());
        }

        await notes.EndAsync();

        Assert.Equal([(LimitKind.NewOrders, 299)], ledger.States().Select(state => (state.Kind, state.Left)));
    }
}
