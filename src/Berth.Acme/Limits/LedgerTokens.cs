namespace Berth.Acme.Limits;

/// <summary>Spends and gives back what is in a ledger's buckets. The caller holds <see cref="LedgerBook.Gate"/>.</summary>
internal sealed class LedgerTokens(LedgerBook book)
{
    // How long a clock may have been behind as it was looked at.
    private static readonly TimeSpan Moment = TimeSpan.FromMinutes(1);

    internal DateTimeOffset FullAt(string key, RateLimit limit, DateTimeOffset now)
    {
        if (!book.Entries.TryGetValue(key, out var entry))
        {
            return DateTimeOffset.MinValue;
        }

        if (entry.UntilBy(limit, now) is var known && known <= now + limit.Period)
        {
            book.Doubted.Remove(key);
            return known;
        }

        // Written under another clock: what was spent is not known, so it counts as all, from now on. Or it is this clock that is behind for a moment.
        var until = book.Doubted.TryGetValue(key, out var doubted) && doubted <= now + limit.Period ? doubted : now + limit.Period;
        book.Doubted[key] = until;
        if (until - limit.Period + Moment <= now)
        {
            book.Put(key, entry with { Until = until, Interval = limit.Interval });
            book.Doubted.Remove(key);
        }

        return until;
    }

    /// <summary>By other limits what was spent comes back by these, from now on.</summary>
    internal void Adapt(LedgerBuckets buckets, DateTimeOffset now)
    {
        lock (book.Gate)
        {
            foreach (var (key, entry) in book.Entries.Where(entry => entry.Value.Interval is not null).ToList())
            {
                if (buckets.LimitOf(key) is { } limit && limit.Interval != entry.Interval)
                {
                    book.Put(key, entry with { Until = entry.UntilBy(limit, now), Interval = limit.Interval });
                }
            }
        }
    }

    internal void Spend(IEnumerable<LedgerBucket> buckets, DateTimeOffset now)
    {
        foreach (var (key, limit, subject) in buckets)
        {
            var full = FullAt(key, limit, now);

            // More than all cannot be spent: the authority allowed what it allowed, and its bucket is empty at most.
            var next = (full < now ? now : full) + limit.Interval;
            book.Put(key, new LedgerEntry { Until = next > now + limit.Period ? now + limit.Period : next, Interval = limit.Interval, Subject = subject });
        }
    }

    internal void Refund(IEnumerable<LedgerBucket> buckets, DateTimeOffset now)
    {
        foreach (var (key, limit, subject) in buckets.Where(bucket => book.Entries.ContainsKey(bucket.Key)))
        {
            var full = FullAt(key, limit, now) - limit.Interval;
            if (full <= now)
            {
                book.Remove(key);
            }
            else
            {
                book.Put(key, new LedgerEntry { Until = full, Interval = limit.Interval, Subject = subject });
            }
        }
    }
}
