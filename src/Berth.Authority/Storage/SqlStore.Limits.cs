using System.Collections.Immutable;
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

    public Task<ImmutableArray<DateTimeOffset?>> ReadBucketsAsync(ImmutableArray<string> keys, CancellationToken cancel) => _database.ReadAsync(
        db => keys.Select(key => db.Number("SELECT full_at FROM limit_bucket WHERE bucket = $1", key) is var full and > 0
            ? DateTimeOffset.FromUnixTimeMilliseconds(full)
            : (DateTimeOffset?)null).ToImmutableArray(),
        cancel);

    // In one order, so that two nodes cannot wait for each other.
    private static void Charge(SqlSession db, ImmutableArray<LimitBucket> buckets, DateTimeOffset now)
    {
        foreach (var bucket in buckets.OrderBy(bucket => bucket.Key, StringComparer.Ordinal))
        {
            db.Execute(ChargeBucket, bucket.Key, Time(now), Milliseconds(bucket.Interval));
        }
    }

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;
}
