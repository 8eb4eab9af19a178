using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Limits;

/// <summary>
/// Writes into a ledger what one issuance spends, before it is spent: an order may be followed by one with fewer names, or one that no longer counts
/// as a renewal. What the server did not make is given back. A ledger that cannot be written keeps its changes for the next time and holds no certificate up.
/// </summary>
/// <param name="ledger">The server's.</param>
/// <param name="planned">The order that is to be placed.</param>
/// <param name="spared">Names that a wildcard of it stands for: they are ordered once that is left out.</param>
/// <param name="left">The one that an earlier run left; null for none.</param>
/// <param name="replaced">The names of the certificate that it would take the place of: an order that shares none with it does not.</param>
/// <param name="next">Told each step, too.</param>
internal sealed class LedgerNotes(RateLedger ledger, PlannedOrder planned, IReadOnlyList<string> spared, PendingOrder? left, IReadOnlyList<string> replaced, IProgress<IssuanceStep> next)
    : IProgress<IssuanceStep>
{
    private static readonly HashSet<ProblemCode> Unanswered =
    [
        AcmeProblems.ServerTimeout, AcmeProblems.ServerUnreachable, AcmeProblems.ServerInternal, AcmeProblems.ResponseInvalid, AcmeProblems.UrlInvalid, AcmeProblems.IssuanceTimeout,
    ];

    // Of the person or the disk, not of the order.
    private static readonly HashSet<ProblemCode> Kept = [AcmeProblems.TermsNotAgreed, KernelProblems.StateNotWritable];

    private readonly Lock _gate = new();
    private readonly HashSet<string> _leftOut = [.. LeftOutBefore(left)];
    private readonly PlannedOrder _planned = planned;
    private readonly PendingOrder? _left = left;
    private bool _isLost = left is { OrderUrl: null };
    private PlannedOrder? _underWay;
    private PlannedOrder _order = planned;
    private bool _placed;
    private bool _isSent;
    private Task _notes = Task.CompletedTask;

    /// <summary>What is being placed, or was, as it is counted; null where nothing is.</summary>
    public PlannedOrder? UnderWay
    {
        get
        {
            lock (_gate)
            {
                return _underWay ?? (_placed ? _order : null);
            }
        }
    }

    /// <summary>Whether the server counts it as any order, for it would not have it in place of the one that it renews.</summary>
    public bool CountsInFull
    {
        get
        {
            lock (_gate)
            {
                return _planned.ReplacesInWindow && !_order.ReplacesInWindow;
            }
        }
    }

    /// <summary>What an order has cost that was placed before; by what is planned now where its journal does not say.</summary>
    public static PlannedOrder CountedOf(PendingOrder left, PlannedOrder planned) => left.Counted ?? planned with { Names = left.Names };

    /// <summary>Settles what came before a new order, and counts that one where it may go now: from then on, whatever ends this process.</summary>
    public async Task<LimitVerdict> ReserveAsync()
    {
        Task settled;
        lock (_gate)
        {
            CountLost();
            GiveUp();
            Settle();
            settled = _notes;
        }

        await settled;
        LimitVerdict verdict;
        lock (_gate)
        {
            verdict = ledger.Reserve(_order);
            if (verdict.MayGo)
            {
                _underWay = _order;
                Note(() => ledger.SaveAsync(CancellationToken.None));
            }

            settled = _notes;
        }

        await settled;
        return verdict;
    }

    public void Report(IssuanceStep value)
    {
        lock (_gate)
        {
            switch (value.Kind)
            {
                case IssuanceStepKind.OrderResumed:
                    (_order, _placed) = (_left is null ? _planned : CountedOf(_left, _planned), true);
                    break;
                case IssuanceStepKind.OrderDropped:
                    // Of one that was not gone on with, what was sent to be issued may have been.
                    (_order, _placed) = _left is { Stage: OrderStage.Ordered } ? (CountedOf(_left, _planned), true) : (_order, _placed);
                    Settle();
                    _order = _planned;
                    _leftOut.ExceptWith(LeftOutBefore(_left));
                    break;
                case IssuanceStepKind.ReplacesLeftOut:
                    _order = _order with { ReplacesInWindow = false };
                    break;
                case IssuanceStepKind.NameLeftOut when value.Name is { } name:
                    _leftOut.Add(name);
                    break;
                case IssuanceStepKind.ValidationFailed when value.Name is { } name:
                    Note(() => ledger.NotProvedAsync(_planned.Account, name, CancellationToken.None));
                    break;
                case IssuanceStepKind.Ordering:
                    _isSent = true;
                    break;
                case IssuanceStepKind.OrderCreated:
                    Place();
                    break;
                case IssuanceStepKind.Issued or IssuanceStepKind.Downloaded:
                    Issued();
                    break;
            }
        }

        next.Report(value);
    }

    /// <summary>It came to nothing, or waits for the next run.</summary>
    public Task FailedAsync(ProblemException failure)
    {
        lock (_gate)
        {
            if (AcmeProblems.GateOf(failure) is { } asked)
            {
                var order = _order;
                Note(() => ledger.GatedAsync(asked, order, CancellationToken.None));
            }

            if (_isSent && (Unanswered.Contains(failure.Problem.Code) || !AcmeProblems.IsOfAuthority(failure)))
            {
                Lose();
            }
            else
            {
                GiveUp();
            }

            // An order that is kept for the next run has spent what it has spent.
            if (!AcmeProblems.IsTransient(failure.Problem.Code) && !Kept.Contains(failure.Problem.Code))
            {
                Settle();
            }

            return _notes;
        }
    }

    /// <summary>Whatever has come of it, nothing is under way any longer.</summary>
    public Task EndAsync()
    {
        lock (_gate)
        {
            CountLost();
            if (_isSent)
            {
                Lose();
            }
            else
            {
                GiveUp();
            }

            return _notes;
        }
    }

    // A run before this one ended while an order was being placed: it may exist, and nobody knows its address. It was counted then.
    private void CountLost()
    {
        if (_isLost)
        {
            var (order, isCounted) = (CountedOf(_left!, _planned), _left!.Counted is not null);
            Note(() => isCounted ? ValueTask.CompletedTask : ledger.OrderedAsync(order, CancellationToken.None));
            Note(() => ledger.FailedAsync(order, CancellationToken.None));
        }

        _isLost = false;
    }

    // Whatever becomes of the certificate, it has cost what it costs.
    private void Issued()
    {
        Without();
        var order = _order;
        _placed = false;
        Note(() => ledger.IssuedAsync(order, CancellationToken.None));
    }

    private void Place()
    {
        var (order, isCounted) = (_underWay ?? _order, _underWay is not null);
        (_placed, _isSent, _underWay) = (true, false, null);
        Note(() =>
        {
            ledger.Release(order);
            return isCounted ? ValueTask.CompletedTask : ledger.OrderedAsync(order, CancellationToken.None);
        });
    }

    // Its answer did not come, or nobody waited for it: it may exist, an order without a certificate.
    private void Lose()
    {
        if (_underWay is { } order)
        {
            Note(() =>
            {
                ledger.Release(order);
                return ledger.FailedAsync(order, CancellationToken.None);
            });
        }

        (_isSent, _underWay) = (false, null);
    }

    // The server has made none.
    private void GiveUp()
    {
        if (_underWay is { } order)
        {
            Note(() =>
            {
                ledger.Undo(order);
                return ledger.SaveAsync(CancellationToken.None);
            });
        }

        (_isSent, _underWay) = (false, null);
    }

    // The order before was given up: what it set aside is given back.
    private void Settle()
    {
        if (_placed)
        {
            var order = _order;
            Note(() => ledger.FailedAsync(order, CancellationToken.None));
        }

        _placed = false;
        Without();
    }

    private void Without()
    {
        if (!_order.Names.Any(_leftOut.Contains))
        {
            return;
        }

        var names = OrderNames.Of(_order.Names.Concat(spared).Where(name => !_leftOut.Contains(name)));
        _order = _order with { Names = names, IsRenewal = false, ReplacesInWindow = _order.ReplacesInWindow && names.Intersect(replaced, StringComparer.Ordinal).Any() };
    }

    // One that was not placed yet is placed for all that is wanted now.
    private static IEnumerable<string> LeftOutBefore(PendingOrder? left) => left is { OrderUrl: not null } ? left.LeftOut.Select(name => name.Name) : [];

    private void Note(Func<ValueTask> note) => _notes = AfterAsync(_notes, note);

    private static async Task AfterAsync(Task before, Func<ValueTask> note)
    {
        await before;
        await Ledgers.TryAsync(note);
    }
}
