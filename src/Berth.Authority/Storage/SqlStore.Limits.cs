using System.Collections.Immutable;
using Berth.Acme.Limits;
using static Berth.Authority.Storage.SqlRows;

namespace Berth.Authority.Storage;

internal sealed partial class SqlStore
{
    private const string Refill = "CASE WHEN limit_bucket.full_at > $2 THEN limit_bucket.full_at + $3 ELSE $2 + $3 END";

    // One statement looks and takes, so two that come at once, on two nodes too, cannot both have the last token.
    private const string Take =
        $"INSERT INTO limit_bucket VALUES ($1, $2 + $3) ON CONFLICT (bucket) DO UPDATE SET full_at = {Refill} WHERE limit_bucket.full_at <= $4";

    private const string ChargeBucket = $"INSERT INTO limit_bucket VALUES ($1, $2 + $3) ON CONFLICT (bucket) DO UPDATE SET full_at = {Refill}";

    public Task<bool> TakeAsync(LimitBucket bucket, DateTimeOffset now, CancellationToken cancel) => _database.WriteAsync(
        db => db.Execute(Take, bucket.Key, Time(now), Milliseconds(bucket.Interval), Time(now + bucket.Period - bucket.Interval)) == 1, cancel);

    public Task ChargeAsync(ImmutableArray<LimitBucket> buckets, DateTimeOffset now, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            Charge(db, buckets, now);
            return true;
        },
        cancel);

    public async Task<ImmutableArray<DateTimeOffset?>> ReadBucketsAsync(ImmutableArray<string> keys, CancellationToken cancel)
    {
        var full = await Task.WhenAll(keys.Select(key => NumberAsync(new("SELECT full_at FROM limit_bucket WHERE bucket = $1", key), cancel)));
        return [.. full.Select(at => at > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(at) : (DateTimeOffset?)null)];
    }

    public async Task<ImmutableArray<string>> FindPausedAsync(string accountId, ImmutableArray<string> names, CancellationToken cancel)
    {
        var found = await Task.WhenAll(names.Select(name => _database.AskAsync(
            new("SELECT name FROM paused_name WHERE account = $1 AND name = $2", accountId, name), row => row.GetString(0), cancel)));
        return [.. found.SelectMany(name => name)];
    }

    public Task<ImmutableArray<PausedName>> ListPausedAsync(int limit, CancellationToken cancel) => _database.AskAsync(
        new("SELECT account, name, since FROM paused_name ORDER BY account, name LIMIT $1", limit),
        row => new PausedName(row.GetString(0), row.GetString(1), TimeOf(row, 2)),
        cancel);

    public Task<ImmutableArray<string>> UnpauseAsync(string accountId, string? name, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            ImmutableArray<string> names = [.. db.List(
                "DELETE FROM paused_name WHERE account = $1 AND (CAST($2 AS TEXT) IS NULL OR name = CAST($2 AS TEXT)) RETURNING name",
                row => row.GetString(0), accountId, name).Order(StringComparer.Ordinal)];
            foreach (var each in names)
            {
                db.Execute("DELETE FROM limit_bucket WHERE bucket = $1", LimitBucket.KeyOf(LimitKind.ConsecutiveFailures, $"{accountId} {each}"));
                Note(db, "name-unpaused", ("account", accountId), ("name", each));
            }

            return names;
        },
        cancel);

    private void Count(SqlSession db, NameTally? tally, DateTimeOffset now, bool isFailure)
    {
        if (tally is null)
        {
            return;
        }

        if (!isFailure)
        {
            db.Execute("DELETE FROM limit_bucket WHERE bucket = $1", tally.Bucket.Key);
            return;
        }

        Charge(db, [tally.Bucket], now);
        var full = DateTimeOffset.FromUnixTimeMilliseconds(db.Number("SELECT full_at FROM limit_bucket WHERE bucket = $1", tally.Bucket.Key));
        if (tally.Bucket.Available(full) > now
            && db.Execute("INSERT INTO paused_name VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", tally.AccountId, tally.Name, Time(now)) == 1)
        {
            Note(db, "name-paused", ("account", tally.AccountId), ("name", tally.Name));
        }
    }

    // In one order, so that two changes seldom wait for each other; of those that travel together the database lets one go first.
    private static void Charge(SqlSession db, ImmutableArray<LimitBucket> buckets, DateTimeOffset now)
    {
        foreach (var bucket in buckets.OrderBy(bucket => bucket.Key, StringComparer.Ordinal))
        {
            db.Execute(ChargeBucket, bucket.Key, Time(now), Milliseconds(bucket.Interval));
        }
    }

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;
}
