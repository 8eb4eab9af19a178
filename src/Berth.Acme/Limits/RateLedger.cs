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
    private readonly TimeProvider _time;

    private RateLedger(RateLimits limits, LedgerBook book, TimeProvider time) => (_buckets, _book, _time) = (new LedgerBuckets(limits), book, time);

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
    /// Sets an order's cost aside where it may go now, in one step, until <see cref="Release"/>: of several that ask at once, no more go than the
    /// limits allow. Whoever places it says so by <see cref="OrderedAsync"/>, which ends that, too.
    /// </summary>
    /// <returns>As <see cref="Check"/>.</returns>
    public LimitVerdict Reserve(PlannedOrder order) => SetAside(order, _book.Reserved, Check);

    /// <summary>Ends what <see cref="Reserve"/> began.</summary>
    public void Release(PlannedOrder order) => GiveBack(order, _book.Reserved);

    /// <summary>Tells whether a new account may be registered now.</summary>
    /// <param name="account">As <see cref="PlannedOrder.Account"/>: several orders that wait for one account register it once.</param>
    public LimitVerdict CheckRegistration(string account)
    {
        var now = _time.GetUtcNow();
        lock (_book.Gate)
        {
            var others = _book.Registering.Where(other => other != account).Distinct().Count();
            var holds = LedgerKeys.GatesOfRegistration.Select(gate => HoldOf(gate, now))
                .Concat(_buckets.OfRegistration.Select(bucket => HoldOf(bucket, others, now)));
            return new LimitVerdict([.. holds.OfType<LimitHold>()]);
        }
    }

    /// <summary>As <see cref="Reserve"/> for a registration, until <see cref="ReleaseRegistration"/> or <see cref="RegisteredAsync"/>.</summary>
    /// <returns>As <see cref="CheckRegistration"/>.</returns>
    public LimitVerdict ReserveRegistration(string account) => SetAside(account, _book.Registering, CheckRegistration);

    /// <summary>Ends what <see cref="ReserveRegistration"/> began.</summary>
    public void ReleaseRegistration(string account) => GiveBack(account, _book.Registering);

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
            return [.. all.Select(bucket => bucket.StateAt(FullAt(bucket.Key, bucket.Limit, now), now))];
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
                    .Select(bucket => bucket.Limit!.StateOf(bucket.Subject, FullAt(bucket.Key, bucket.Limit!, now), now))
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

    /// <summary>The authority has made a new account.</summary>
    public ValueTask RegisteredAsync(string account, CancellationToken cancel) => _book.ChangeAsync(
        _time.GetUtcNow(),
        now =>
        {
            _book.Registering.RemoveAll(other => other == account);
            Spend(_buckets.OfRegistration, now);
        },
        cancel);

    /// <summary>An order was placed: what its certificate will cost is set aside at once, since others may be under way.</summary>
    public ValueTask OrderedAsync(PlannedOrder order, CancellationToken cancel) => _book.ChangeAsync(
        _time.GetUtcNow(),
        now =>
        {
            _book.Reserved.Remove(order);
            Spend(_buckets.OfOrder(order), now);
        },
        cancel);

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
        now =>
        {
            foreach (var bucket in _buckets.OfOrder(order).Where(bucket => bucket.Limit.Kind != LimitKind.NewOrders))
            {
                Refund(bucket, now);
            }
        },
        cancel);

    /// <summary>The authority has looked at a name, and it was not proved.</summary>
    public ValueTask NotProvedAsync(string account, string name, CancellationToken cancel) =>
        _book.ChangeAsync(_time.GetUtcNow(), now => Spend(_buckets.OfFailure(account, name), now), cancel);

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

    private LimitVerdict SetAside<T>(T what, List<T> aside, Func<T, LimitVerdict> check)
    {
        lock (_book.Gate)
        {
            var verdict = check(what);
            if (verdict.MayGo)
            {
                aside.Add(what);
            }

            return verdict;
        }
    }

    private void GiveBack<T>(T what, List<T> aside)
    {
        lock (_book.Gate)
        {
            aside.Remove(what);
        }
    }

    private DateTimeOffset FullAt(string key, RateLimit limit, DateTimeOffset now)
    {
        if (!_book.Entries.TryGetValue(key, out var entry))
        {
            return DateTimeOffset.MinValue;
        }

        if (entry.Until <= now + limit.Period)
        {
            _book.Doubted.Remove(key);
            return entry.Until;
        }

        // Written under another clock: what was spent is not known, so it counts as all, from now on. Or it is this clock that is behind for a moment.
        var until = _book.Doubted.TryGetValue(key, out var doubted) && doubted <= now + limit.Period ? doubted : now + limit.Period;
        _book.Doubted[key] = until;
        if (until - limit.Period + Moment <= now)
        {
            _book.Put(key, entry with { Until = until });
            _book.Doubted.Remove(key);
        }

        return until;
    }

    private LimitHold? HoldOf(LedgerBucket bucket, int reserved, DateTimeOffset now)
    {
        var full = FullAt(bucket.Key, bucket.Limit, now);
        var left = bucket.Limit.Left(full, now);
        return left > reserved ? null : new LimitHold
        {
            Kind = bucket.Limit.Kind,
            Subject = bucket.Subject,
            IsSetAside = left > 0,

            // Of those that are about to be placed some may come to nothing; and even if none does, it may refill before that.
            Until = left == 0 ? bucket.Limit.Available(full, 1) : Earlier(now + Moment, bucket.Limit.Available((full > now ? full : now) + (reserved * bucket.Limit.Interval), 1)),
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

    private void Spend(IEnumerable<LedgerBucket> buckets, DateTimeOffset now)
    {
        foreach (var (key, limit, subject) in buckets)
        {
            var full = FullAt(key, limit, now);

            // More than all cannot be spent: the authority allowed what it allowed, and its bucket is empty at most.
            var next = (full < now ? now : full) + limit.Interval;
            _book.Put(key, new LedgerEntry { Until = next > now + limit.Period ? now + limit.Period : next, Subject = subject });
        }
    }

    private void Refund(LedgerBucket bucket, DateTimeOffset now)
    {
        if (!_book.Entries.ContainsKey(bucket.Key))
        {
            return;
        }

        var full = FullAt(bucket.Key, bucket.Limit, now) - bucket.Limit.Interval;
        if (full <= now)
        {
            _book.Remove(bucket.Key);
        }
        else
        {
            _book.Put(bucket.Key, new LedgerEntry { Until = full, Subject = bucket.Subject });
        }
    }
}
