namespace Berth.Acme.Limits;

/// <summary>
/// Counts what was spent at one certificate authority, so that an order it would refuse is held back and not sent: token buckets as
/// the authority has them, and the waits it asked for. Safe for several threads.
/// </summary>
public sealed class RateLedger
{
    // The longest an authority is believed: it can say it again, and one that means a year must not let a certificate lapse.
    private static readonly TimeSpan LongestGate = TimeSpan.FromDays(1);

    // For one that says neither until when nor who could lift it.
    private static readonly TimeSpan ShortGate = TimeSpan.FromHours(1);

    // By then an order that was about to be placed is placed, or has come to nothing.
    private static readonly TimeSpan Moment = TimeSpan.FromMinutes(1);

    private readonly LedgerBuckets _buckets;
    private readonly LedgerBook _book;
    private readonly LedgerTokens _tokens;
    private readonly TimeProvider _time;

    private RateLedger(RateLimits limits, LedgerBook book, TimeProvider time)
    {
        (_buckets, _book, _tokens, _time) = (new LedgerBuckets(limits), book, new LedgerTokens(book), time);
        _tokens.Adapt(_buckets, time.GetUtcNow());
    }

    /// <summary>Opens an authority's ledger.</summary>
    /// <param name="limits">See <see cref="RateLimits.Of"/>.</param>
    /// <param name="store">Keeps it.</param>
    /// <param name="time">The present.</param>
    /// <param name="cancel">Ends the load.</param>
    public static async Task<RateLedger> OpenAsync(RateLimits limits, ILedgerStore store, TimeProvider time, CancellationToken cancel) =>
        new(limits, new LedgerBook(store, await store.LoadAsync(cancel)), time);

    /// <summary>The same ledger by other limits: what either counts, both know, so that orders under way may end with the one they began with.</summary>
    /// <param name="limits">See <see cref="RateLimits.Of"/>.</param>
    public RateLedger With(RateLimits limits) => new(limits, _book, _time);

    /// <summary>Tells whether an order may go now, and if not, why and until when.</summary>
    public LimitVerdict Check(PlannedOrder order)
    {
        var now = _time.GetUtcNow();
        lock (_book.Gate)
        {
            var reserved = _book.Reserved.SelectMany(_buckets.OfOrder).CountBy(bucket => bucket.Key).ToDictionary(StringComparer.Ordinal);
            var used = _buckets.OfOrder(order)
                .Concat(_buckets.OfFailures(order))
                .Select(bucket => HoldOf(bucket, reserved.GetValueOrDefault(bucket.Key), now));
            return new LimitVerdict([.. LedgerKeys.GatesOf(order).Select(gate => HoldOf(gate, now)).Concat(used).OfType<LimitHold>()]);
        }
    }

    /// <summary>
    /// Counts an order that is about to be placed, where it may go now, in one step: of several that ask at once, no more go than the limits allow.
    /// Saved (<see cref="SaveAsync"/>) before the order is sent, it counts whatever ends this process. Until <see cref="Release"/> or
    /// <see cref="Undo"/> others are told that it is set aside.
    /// </summary>
    /// <returns>As <see cref="Check"/>.</returns>
    public LimitVerdict Reserve(PlannedOrder order)
    {
        lock (_book.Gate)
        {
            var verdict = Check(order);
            if (verdict.MayGo)
            {
                _book.Reserved.Add(order);
                _tokens.Spend(_buckets.OfOrder(order), _time.GetUtcNow());
            }

            return verdict;
        }
    }

    /// <summary>The order was placed, or may have been.</summary>
    public void Release(PlannedOrder order)
    {
        lock (_book.Gate)
        {
            _book.Reserved.Remove(order);
        }
    }

    /// <summary>The authority made no order, so that <see cref="Reserve"/> counted nothing.</summary>
    public void Undo(PlannedOrder order)
    {
        lock (_book.Gate)
        {
            if (_book.Reserved.Remove(order))
            {
                _tokens.Refund(_buckets.OfOrder(order), _time.GetUtcNow());
            }
        }
    }

    /// <summary>Keeps what was reserved, released and undone.</summary>
    public ValueTask SaveAsync(CancellationToken cancel) => _book.ChangeAsync(_time.GetUtcNow(), static _ => { }, cancel);

    /// <summary>Tells whether a new account may be registered now.</summary>
    /// <param name="account">As <see cref="PlannedOrder.Account"/>: several orders that wait for one account register it once.</param>
    public LimitVerdict CheckRegistration(string account)
    {
        var now = _time.GetUtcNow();
        lock (_book.Gate)
        {
            var used = _book.Registering.Contains(account) ? [] : _buckets.OfRegistration.Select(bucket => HoldOf(bucket, _book.Registering.Count, now));
            return new LimitVerdict([.. LedgerKeys.GatesOfRegistration.Select(gate => HoldOf(gate, now)).Concat(used).OfType<LimitHold>()]);
        }
    }

    /// <summary>As <see cref="Reserve"/> for a registration, until <see cref="ReleaseRegistration"/> or <see cref="UndoRegistration"/>.</summary>
    /// <returns>As <see cref="CheckRegistration"/>.</returns>
    public LimitVerdict ReserveRegistration(string account)
    {
        lock (_book.Gate)
        {
            var verdict = CheckRegistration(account);
            if (verdict.MayGo)
            {
                _tokens.Spend(_book.Registering.Contains(account) ? [] : _buckets.OfRegistration, _time.GetUtcNow());
                _book.Registering.Add(account);
            }

            return verdict;
        }
    }

    /// <summary>The account was made, or may have been.</summary>
    public void ReleaseRegistration(string account)
    {
        lock (_book.Gate)
        {
            _book.Registering.Remove(account);
        }
    }

    /// <summary>The authority made no account, so that <see cref="ReserveRegistration"/> counted nothing.</summary>
    public void UndoRegistration(string account)
    {
        lock (_book.Gate)
        {
            if (_book.Registering.Remove(account) && !_book.Registering.Contains(account))
            {
                _tokens.Refund(_buckets.OfRegistration, _time.GetUtcNow());
            }
        }
    }

    /// <summary>How much is left of everything this order draws on.</summary>
    /// <param name="order">Which.</param>
    /// <param name="registers">Whether an account would be registered for it.</param>
    public IReadOnlyList<LimitState> StatesFor(PlannedOrder order, bool registers = false)
    {
        var now = _time.GetUtcNow();
        lock (_book.Gate)
        {
            var all = (registers ? _buckets.OfRegistration : [])
                .Concat(_buckets.OfOrder(order with { IsRenewal = false, ReplacesInWindow = false }))
                .Concat(_buckets.OfFailures(order));
            return [.. all.Select(bucket => bucket.StateAt(_tokens.FullAt(bucket.Key, bucket.Limit, now), now))];
        }
    }

    /// <summary>Every bucket that is not full, fullest last.</summary>
    public IReadOnlyList<LimitState> States()
    {
        var now = _time.GetUtcNow();
        lock (_book.Gate)
        {
            return
            [
                .. _book.Entries.Where(entry => entry.Value.Until > now).ToList()
                    .Select(entry => (entry.Key, Limit: _buckets.LimitOf(entry.Key), entry.Value.Subject))
                    .Where(bucket => bucket.Limit is not null)
                    .Select(bucket => bucket.Limit!.StateOf(bucket.Subject, _tokens.FullAt(bucket.Key, bucket.Limit!, now), now))
                    .OrderBy(state => (double)state.Left / state.Of),
            ];
        }
    }

    /// <summary>Every wait the authority asked for that is not over.</summary>
    public IReadOnlyList<LimitHold> Gates()
    {
        var now = _time.GetUtcNow();
        lock (_book.Gate)
        {
            return [.. _book.Entries.Keys.Where(key => key.StartsWith("gate|", StringComparison.Ordinal)).Select(key => HoldOf(key, now)).OfType<LimitHold>()];
        }
    }

    /// <summary>An order was placed that nobody had reserved: what its certificate will cost is set aside at once, since others may be under way.</summary>
    public ValueTask OrderedAsync(PlannedOrder order, CancellationToken cancel) =>
        _book.ChangeAsync(_time.GetUtcNow(), now => _tokens.Spend(_buckets.OfOrder(order), now), cancel);

    /// <summary>The certificate was issued: every name of it is proved, and its pause and failures are over.</summary>
    public ValueTask IssuedAsync(PlannedOrder order, CancellationToken cancel) => _book.ChangeAsync(
        _time.GetUtcNow(),
        _ =>
        {
            foreach (var name in order.Names.Distinct())
            {
                _book.Remove(LedgerKeys.Bucket(LimitKind.ConsecutiveFailures, $"{order.Account}|{name}"));
                _book.Remove(LedgerKeys.Gate(GateScope.Name, name));
            }
        },
        cancel);

    /// <summary>The order came to nothing: what was set aside is given back, but for the order itself.</summary>
    /// <param name="order">As it was placed.</param>
    /// <param name="cancel">Ends the save.</param>
    public ValueTask FailedAsync(PlannedOrder order, CancellationToken cancel) => _book.ChangeAsync(
        _time.GetUtcNow(),
        now => _tokens.Refund(_buckets.OfOrder(order).Where(bucket => bucket.Limit.Kind != LimitKind.NewOrders), now),
        cancel);

    /// <summary>The authority has looked at a name, and it was not proved.</summary>
    public ValueTask NotProvedAsync(string account, string name, CancellationToken cancel) =>
        _book.ChangeAsync(_time.GetUtcNow(), now => _tokens.Spend(_buckets.OfFailure(account, name), now), cancel);

    /// <summary>The authority asked to wait: the order's kin are held back until then.</summary>
    public ValueTask GatedAsync(AuthorityGate gate, PlannedOrder order, CancellationToken cancel) => _book.ChangeAsync(
        _time.GetUtcNow(),
        now =>
        {
            // A pause is lifted by a person, whom nobody can ask: looked at again once a day.
            var until = gate.Until ?? now + (gate.Page is null ? ShortGate : LongestGate);
            until = until > now + LongestGate ? now + LongestGate : until;
            foreach (var (key, subject) in LedgerKeys.SubjectsOf(gate, order))
            {
                _book.Put(key, new LedgerEntry { Until = until, Subject = subject, Words = gate.Words, Page = gate.Page, IsPause = gate.IsPause });
            }
        },
        cancel);

    /// <summary>A person may have lifted the pauses of the order's names: they hold nothing back any more unless the authority says so again.</summary>
    public ValueTask LiftedAsync(PlannedOrder order, CancellationToken cancel) => _book.ChangeAsync(
        _time.GetUtcNow(),
        _ =>
        {
            foreach (var key in LedgerKeys.GatesOf(order).Where(key => _book.Entries.TryGetValue(key, out var entry) && entry.IsPause).ToList())
            {
                _book.Remove(key);
            }
        },
        cancel);

    // Of those that are about to be placed some may come to nothing.
    private LimitHold? HoldOf(LedgerBucket bucket, int reserved, DateTimeOffset now)
    {
        var full = _tokens.FullAt(bucket.Key, bucket.Limit, now);
        if (bucket.Limit.Left(full, now) > 0)
        {
            return null;
        }

        var refill = bucket.Limit.Available(full, 1);
        return new LimitHold
        {
            Kind = bucket.Limit.Kind,
            Subject = bucket.Subject,
            IsSetAside = reserved > 0,
            Until = reserved > 0 ? Earlier(now + Moment, refill) : refill,
        };
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    // A gate further away than any is set was set under another clock; one of no known scope was written by another's hand.
    private LimitHold? HoldOf(string gateKey, DateTimeOffset now) =>
        _book.Entries.TryGetValue(gateKey, out var entry) && entry.Until > now && entry.Until <= now + LongestGate
        && Enum.TryParse<GateScope>(gateKey.Split('|', 3)[1], out var scope) && Enum.IsDefined(scope)
        ? new LimitHold
        {
            Gate = scope,
            Subject = entry.Subject,
            Until = entry.Until,
            Words = entry.Words,
            Page = entry.Page,
            IsPause = entry.IsPause,
        }
        : null;
}
