using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.Tests.LetsEncrypt.Simulation;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>The ledger's notes of one issuance.</summary>
public sealed class Noting_what_an_order_spends
{
    private static readonly RateLimits Limits = new() { All = [new RateLimit(LimitKind.CertificatesPerSet, 5, TimeSpan.FromDays(7))] };
    private static readonly PlannedOrder Left = new() { Account = "you@example.com", Names = ["one.example.com"] };
    private static readonly PlannedOrder Planned = new() { Account = "you@example.com", Names = ["two.example.com"] };

    [Fact]
    public async Task gives_back_what_the_order_cost_that_was_left_and_not_the_one_in_its_place()
    {
        var ledger = await RateLedger.OpenAsync(Limits, new MemoryLedgerStore(), TimeProvider.System, CancellationToken.None);
        await ledger.OrderedAsync(Left, CancellationToken.None);
        var notes = new LedgerNotes(ledger, Planned, Left, new Progress<IssuanceStep>());

        notes.Report(new IssuanceStep(IssuanceStepKind.OrderDropped));
        notes.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        await notes.SucceededAsync();

        Assert.Equal((5, 4), (LeftOf(ledger, Left), LeftOf(ledger, Planned)));
    }

    [Fact]
    public async Task spends_nothing_for_an_order_that_is_gone_on_with()
    {
        var ledger = await RateLedger.OpenAsync(Limits, new MemoryLedgerStore(), TimeProvider.System, CancellationToken.None);
        await ledger.OrderedAsync(Left, CancellationToken.None);
        var notes = new LedgerNotes(ledger, Left, Left, new Progress<IssuanceStep>());

        notes.Report(new IssuanceStep(IssuanceStepKind.OrderResumed));
        await notes.SucceededAsync();

        Assert.Equal(4, LeftOf(ledger, Left));
    }

    private static int LeftOf(RateLedger ledger, PlannedOrder order) => Assert.Single(ledger.StatesFor(order)).Left;
}
