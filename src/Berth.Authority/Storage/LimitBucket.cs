using Berth.Acme.Limits;

namespace Berth.Authority.Storage;

/// <summary>One token of one bucket (Berth.Acme's <see cref="Acme.Limits.RateLimit"/>): a row says when the bucket is full again, and that is all.</summary>
/// <param name="Key">What is counted and whose it is: <c>NewOrders 0198…</c>.</param>
/// <param name="Period">In which an empty bucket becomes full.</param>
/// <param name="Interval">In which one token comes back.</param>
internal sealed record LimitBucket(string Key, TimeSpan Period, TimeSpan Interval)
{
    internal static string KeyOf(LimitKind kind, string subject) => $"{kind} {subject}";

    /// <summary>When there is a token again, given when the bucket is full; in the past when there is one now.</summary>
    internal DateTimeOffset Available(DateTimeOffset full) => full - Period + Interval;
}
