using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.Tests.LetsEncrypt.Simulation;

/// <summary>
/// A daemon's life in virtual time: the real decisions (what is next, what an attempt leaves behind, what the limits allow), with timers,
/// sockets and files taken away.
/// </summary>
internal sealed class SimulatedMachine(SimulatedClock clock, SimulatedAuthority authority, IReadOnlyList<SimulatedLineage> fleet, Random random)
{
    private const int AtOnce = 4;
    private static readonly WantedServer Server = new("production", new Uri("https://acme-v02.api.letsencrypt.org/directory"));
    private static readonly TimeSpan Unanswered = TimeSpan.FromHours(6);
    private static readonly TimeSpan MeanAttempt = TimeSpan.FromSeconds(25);

    private readonly PriorityQueue<(SimulatedLineage Lineage, int Turn), DateTimeOffset> _wakes = new();
    private readonly PriorityQueue<Action, DateTimeOffset> _happenings = new();
    private readonly DateTimeOffset[] _slots = new DateTimeOffset[AtOnce];
    private readonly Outcomes _outcomes = new(new RetryLadder(random));
    private readonly MemoryLedgerStore _store = new();
    private RateLedger _ledger = null!;

    // How long it takes to renew all there are, one slot's time for each, after a sleep in which all of them ended.
    private readonly TimeSpan _backlog = TimeSpan.FromHours(2) + (fleet.Count * MeanAttempt / AtOnce);
    private DateTimeOffset _awakeSince;

    internal SimulatedRecord Record { get; } = new();

    internal void At(DateTimeOffset time, Action happening) => _happenings.Enqueue(happening, time);

    /// <summary>The machine is off or asleep; its timers go off when it is back.</summary>
    internal void SuspendAt(DateTimeOffset from, TimeSpan length) => At(from, () =>
    {
        clock.True += length;
        _awakeSince = clock.True;
        LookAgain();
    });

    /// <summary>The clock is wrong for a while.</summary>
    internal void MisleadAt(DateTimeOffset from, TimeSpan length, TimeSpan error)
    {
        At(from, () => Set(error));
        At(from + length, () => Set(TimeSpan.Zero));

        void Set(TimeSpan wrong)
        {
            clock.Error = wrong;
            LookAgain();
        }
    }

    /// <summary>The daemon starts anew: it knows what is stored, and nothing else.</summary>
    internal void RestartAt(DateTimeOffset time) => At(time, () =>
    {
        _ledger = Open();
        LookAgain();
    });

    internal void Live(DateTimeOffset end)
    {
        _ledger = Open();
        LookAgain();
        while (clock.True < end)
        {
            var (wake, happening) = (NextWake(), _happenings.TryPeek(out _, out var at) ? at : DateTimeOffset.MaxValue);
            if (happening <= wake)
            {
                clock.True = Later(clock.True, happening);
                _happenings.Dequeue()();
                continue;
            }

            clock.True = Later(clock.True, wake);
            var (lineage, turn) = _wakes.Dequeue();
            if (turn == lineage.Turn)
            {
                Look(lineage);
            }
        }

        foreach (var lineage in fleet)
        {
            CountLapse(lineage);
        }
    }

    private RateLedger Open() =>
        RateLedger.OpenAsync(RateLimits.LetsEncrypt, _store, clock, CancellationToken.None).GetAwaiter().GetResult();

    private DateTimeOffset NextWake() => _wakes.TryPeek(out _, out var at) ? at - clock.Error : DateTimeOffset.MaxValue;

    // What the daemon's look at all does within minutes after any of these.
    private void LookAgain()
    {
        _wakes.Clear();
        foreach (var lineage in fleet)
        {
            Wake(lineage, clock.Machine + TimeSpan.FromSeconds(random.Next(300)));
        }
    }

    private void Wake(SimulatedLineage lineage, DateTimeOffset at) => _wakes.Enqueue((lineage, ++lineage.Turn), at);

    private void Look(SimulatedLineage lineage)
    {
        var now = clock.Machine;
        var step = LineagePlan.Next(lineage.Wants, lineage.Stored, now);
        if (lineage.Certificate is null)
        {
            // The first one is asked for by a person, who comes again when told to.
            DateTimeOffset? told = lineage.State.Gates.Count == 0 ? null : lineage.State.Gates.Max(gate => gate.Until);
            step = new LineageStep(LineageAction.Order, told > now && told <= now.AddDays(7) ? told : now, "asked for");
        }

        if (!step.IsDue(now))
        {
            Wake(lineage, step.At ?? now.AddDays(1));
        }
        else if (step.Action == LineageAction.AskAdvice)
        {
            lineage.State = lineage.State with { Advice = Ask(lineage, now) };
            Record.Questions++;
            Wake(lineage, now);
        }
        else if (FreeSlot() is var slot && _slots[slot] > clock.True)
        {
            Wake(lineage, _slots[slot] + clock.Error);
        }
        else
        {
            Attempt(lineage, slot, now);
            Wake(lineage, now.AddSeconds(1));
        }
    }

    private LineageAdvice Ask(SimulatedLineage lineage, DateTimeOffset now)
    {
        var serial = lineage.Certificate!.Id;
        var before = lineage.State.Advice is { } known && known.Serial == serial ? known : null;
        var plan = authority.IsDown(clock.True)
            ? before?.Plan?.Unanswered(now, Unanswered)
            : RenewalPlan.Of(before?.Plan, authority.AdviceFor(lineage.Certificate, clock.True), now, random);
        return new LineageAdvice { Serial = serial, CertificateId = serial, Plan = plan, AskAgainAt = plan?.AskAgainAt ?? now + Unanswered };
    }

    private int FreeSlot() => Array.IndexOf(_slots, _slots.Min());

    private void Attempt(SimulatedLineage lineage, int slot, DateTimeOffset now)
    {
        var order = lineage.OrderAt(now);
        var verdict = _ledger.Reserve(order);
        if (!verdict.MayGo)
        {
            Record.HeldBack++;
            lineage.State = lineage.State.Held(
                [new LineageGate { Kind = GateKind.Limit, Until = verdict.GoAt!.Value, Reason = "a limit is used up" }],
                lineage.Certificate is null ? now : null);
            return;
        }

        _slots[slot] = clock.True + TimeSpan.FromSeconds(10 + random.Next(30));
        Record.Asked(clock.True);
        var answer = authority.Order(lineage, lineage.Replaces(now) ? lineage.Certificate : null, clock.True);
        Note(order, lineage, answer);
        if (answer == SimulatedAnswer.Issued)
        {
            CountLapse(lineage);
            Record.Issued++;
            lineage.Certificate = authority.Issue(lineage, clock.True);
            lineage.State = _outcomes.Succeeded(lineage.State, Issued(lineage), Server, null, now);
        }
        else
        {
            Record.Failures++;
            lineage.State = _outcomes.Failed(lineage.State, Failure(lineage, answer), Server, now);
        }
    }

    // As an order does: one that was refused has cost nothing, and one that nobody answered may exist.
    private void Note(PlannedOrder order, SimulatedLineage lineage, SimulatedAnswer answer)
    {
        if (answer == SimulatedAnswer.Limited)
        {
            _ledger.Undo(order);
            return;
        }

        _ledger.Release(order);
        Done(answer switch
        {
            SimulatedAnswer.Issued => _ledger.IssuedAsync(order, CancellationToken.None),
            SimulatedAnswer.NotProved => _ledger.NotProvedAsync(order.Account, lineage.Name, CancellationToken.None),
            _ => ValueTask.CompletedTask,
        });
        if (answer != SimulatedAnswer.Issued)
        {
            Done(_ledger.FailedAsync(order, CancellationToken.None));
        }
    }

    // A machine that was off could not have known; what matters is that it mends it as fast as it may.
    private void CountLapse(SimulatedLineage lineage)
    {
        if (lineage.Certificate is { } old && old.NotAfter < clock.True && clock.True > _awakeSince + _backlog)
        {
            Record.Lapses.Add((lineage.Name, lineage.Profile, old.NotAfter, clock.True));
        }
    }

    private static ProblemException Failure(SimulatedLineage lineage, SimulatedAnswer answer)
    {
        var code = answer switch
        {
            SimulatedAnswer.Down => AcmeProblems.ServerTimeout,
            SimulatedAnswer.Limited => AcmeProblems.RateLimited,
            _ => AcmeProblems.ValidationDns,
        };
        return new ProblemException(new Problem(code, $"{lineage.Name}: {answer}", "Wait."));
    }

    private static IssuedCertificate Issued(SimulatedLineage lineage) => new()
    {
        Names = [lineage.Name],
        LeafPem = "",
        ChainPem = "",
        PrivateKeyPem = "",
        Issuer = "Simulated",
        NotBefore = lineage.Certificate!.NotBefore,
        NotAfter = lineage.Certificate.NotAfter,
        DirectoryUrl = Server.Key,
        AccountUrl = "account",
        OrderUrl = "",
        CertificateUrl = "",
    };

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static void Done(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            task.AsTask().GetAwaiter().GetResult();
        }
    }
}
