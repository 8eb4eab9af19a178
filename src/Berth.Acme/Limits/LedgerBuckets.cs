namespace Berth.Acme.Limits;

/// <summary>Tells what draws on which of an authority's limits.</summary>
internal sealed class LedgerBuckets(RateLimits limits)
{
    internal IEnumerable<LedgerBucket> OfRegistration => Of(LimitKind.NewAccounts, "", "this machine");

    internal IEnumerable<LedgerBucket> OfOrder(PlannedOrder order)
    {
        if (order.ReplacesInWindow)
        {
            return [];
        }

        var set = Of(LimitKind.CertificatesPerSet, order.SetKey, order.SetName);
        return order.IsRenewal
            ? set
            : Of(LimitKind.NewOrders, order.Account, order.Account)
                .Concat(order.Domains.SelectMany(domain => Of(LimitKind.CertificatesPerDomain, domain, domain)))
                .Concat(set);
    }

    internal IEnumerable<LedgerBucket> OfFailures(PlannedOrder order) =>
        order.Names.Distinct().SelectMany(name => OfFailure(order.Account, name));

    internal IEnumerable<LedgerBucket> OfFailure(string account, string name) =>
        Of(LimitKind.FailedValidations, $"{account}|{name}", name)
            .Concat(Of(LimitKind.ConsecutiveFailures, $"{account}|{name}", name));

    /// <returns>Null for a key of no limit that is counted.</returns>
    internal RateLimit? LimitOf(string key) => Enum.TryParse<LimitKind>(key.AsSpan(0, Math.Max(0, key.IndexOf('|', StringComparison.Ordinal))), out var kind)
        ? limits.Find(kind)
        : null;

    private IEnumerable<LedgerBucket> Of(LimitKind kind, string subject, string spoken) =>
        limits.Find(kind) is { } limit ? [new(LedgerKeys.Bucket(kind, subject), limit, spoken)] : [];
}
