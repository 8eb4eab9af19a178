namespace Berth.Acme.Limits;

/// <summary>A limit of one account, domain, name or set.</summary>
/// <param name="Key">What the ledger keeps it by.</param>
/// <param name="Limit">Its size.</param>
/// <param name="Subject">For people: whose it is.</param>
internal readonly record struct LedgerBucket(string Key, RateLimit Limit, string Subject)
{
    internal LimitState StateAt(DateTimeOffset full, DateTimeOffset now) => Limit.StateOf(Subject, full, now);
}
