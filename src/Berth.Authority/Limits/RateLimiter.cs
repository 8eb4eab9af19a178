using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Berth.Acme.Limits;
using Berth.Acme.Protocol;
using Berth.Authority.Front;
using Berth.Authority.Storage;

namespace Berth.Authority.Limits;

/// <summary>
/// Counts as Let's Encrypt counts: what an order may cost is looked at when it is made, a certificate is counted when it is signed, a failed
/// validation when it failed. Renewals of the same names spend no order and no domain; renewals that ARI asked for spend nothing.
/// </summary>
internal sealed class RateLimiter(
    RateLimits limits, IAuthorityStore store, Replacement replacement, RenewalWindows windows, TimeProvider time)
{
    private readonly bool _countsCertificates =
        Find(limits, LimitKind.CertificatesPerDomain) is not null || Find(limits, LimitKind.CertificatesPerSet) is not null;

    /// <summary>A new account costs its address one; an IPv6 address is its /64.</summary>
    internal async Task SpendAccountAsync(IPAddress client, CancellationToken cancel)
    {
        if (Find(limits, LimitKind.NewAccounts) is { } limit)
        {
            await TakeAsync(limit, ClientGate.Of(client).ToString(), "new accounts from your address", cancel);
        }
    }

    /// <param name="account">Who orders.</param>
    /// <param name="names">Sorted.</param>
    /// <param name="replaced">The certificate that the order says it replaces; null for none.</param>
    /// <param name="cancel">Ends the wait.</param>
    internal async Task SpendOrderAsync(
        AccountRecord account, ImmutableArray<string> names, CertificateRecord? replaced, CancellationToken cancel)
    {
        if (limits.All.Count == 0)
        {
            return;
        }

        await RefusePausedAsync(account, names, cancel);
        if (await IsAskedForAsync(replaced, time.GetUtcNow(), cancel))
        {
            return;
        }

        var isRenewal = await HasSetAsync(names, cancel);
        await CheckAsync(LimitKind.FailedValidations, names.Select(name => Of(account.Id, name)), "failed validations of one name by this account", cancel);
        await CheckAsync(LimitKind.CertificatesPerSet, [Digest(names)], "certificates for exactly these names", cancel);
        if (isRenewal)
        {
            return;
        }

        await CheckAsync(LimitKind.CertificatesPerDomain, DomainsOf(names), "certificates below one registered domain", cancel);
        if (Find(limits, LimitKind.NewOrders) is { } limit)
        {
            await TakeAsync(limit, account.Id, "new orders of this account", cancel);
        }
    }

    /// <summary>What a certificate that is signed costs, to be taken in the change that records it.</summary>
    internal async Task<ImmutableArray<LimitBucket>> CostOfCertificateAsync(OrderRecord order, CancellationToken cancel)
    {
        var names = order.Names;
        if (!_countsCertificates || await IsAskedForAsync(order, cancel))
        {
            return [];
        }

        var domains = Find(limits, LimitKind.CertificatesPerDomain) is { } perDomain && !await HasSetAsync(names, cancel)
            ? DomainsOf(names).Select(domain => Bucket(perDomain, domain))
            : [];
        // Where only domains are counted, the set is still kept: it tells a renewal.
        var set = Find(limits, LimitKind.CertificatesPerSet) ?? new RateLimit(LimitKind.CertificatesPerSet, 1, TimeSpan.FromMilliseconds(1));
        return [.. domains, Bucket(set, Digest(names))];
    }

    /// <summary>What a validation that failed for good costs, to be taken in the change that records it.</summary>
    internal ImmutableArray<LimitBucket> CostOfFailure(string accountId, string name) => Find(limits, LimitKind.FailedValidations) is { } limit
        ? [Bucket(limit, Of(accountId, name))]
        : [];

    /// <summary>Where failures in a row are counted (https://letsencrypt.org/docs/rate-limits/#consecutive-authorization-failures-per-hostname-per-account).</summary>
    internal NameTally? TallyOf(string accountId, string name) => Find(limits, LimitKind.ConsecutiveFailures) is { } limit
        ? new NameTally(accountId, name, Bucket(limit, Of(accountId, name)))
        : null;

    // No wait ends it, so there is no Retry-After.
    private async Task RefusePausedAsync(AccountRecord account, ImmutableArray<string> names, CancellationToken cancel)
    {
        if (Find(limits, LimitKind.ConsecutiveFailures) is not null
            && await store.FindPausedAsync(account.Id, names, cancel) is { IsEmpty: false } paused)
        {
            throw Reject.Paused(account.Id, paused);
        }
    }

    private async Task<bool> IsAskedForAsync(OrderRecord order, CancellationToken cancel) => order.Replaces is { } identifier
        && await IsAskedForAsync(await replacement.FindAsync(identifier, cancel), order.Created, cancel);

    private async Task<bool> IsAskedForAsync(CertificateRecord? replaced, DateTimeOffset at, CancellationToken cancel) =>
        replaced is not null && (await windows.OfAsync(replaced, cancel)).Window.Start <= at;

    private async Task TakeAsync(RateLimit limit, string subject, string what, CancellationToken cancel)
    {
        var bucket = Bucket(limit, subject);
        if (!await store.TakeAsync(bucket, time.GetUtcNow(), cancel))
        {
            var full = (await store.ReadBucketsAsync([bucket.Key], cancel))[0];
            throw Refusal(limit, what, "", bucket.Available(full ?? time.GetUtcNow()));
        }
    }

    private async Task CheckAsync(LimitKind kind, IEnumerable<string> subjects, string what, CancellationToken cancel)
    {
        if (Find(limits, kind) is not { } limit)
        {
            return;
        }

        ImmutableArray<string> all = [.. subjects];
        var full = await store.ReadBucketsAsync([.. all.Select(subject => Bucket(limit, subject).Key)], cancel);
        for (var i = 0; i < all.Length; i++)
        {
            var bucket = Bucket(limit, all[i]);
            if (full[i] is { } at && bucket.Available(at) > time.GetUtcNow())
            {
                // The set is told by the order itself.
                var whose = kind == LimitKind.CertificatesPerSet ? "" : $" ({all[i].Split(' ')[^1]})";
                throw Refusal(limit, what, whose, bucket.Available(at));
            }
        }
    }

    private Rejection Refusal(RateLimit limit, string what, string whose, DateTimeOffset when)
    {
        var wait = when - time.GetUtcNow() is var rest && rest > TimeSpan.FromSeconds(1) ? rest : TimeSpan.FromSeconds(1);
        var at = when.AddSeconds(1).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return Reject.RateLimited($"Too many {what}{whose}: {limit.Count} in {Words(limit.Period)} may be. Try again after {at} UTC.", wait);
    }

    private async Task<bool> HasSetAsync(ImmutableArray<string> names, CancellationToken cancel) =>
        _countsCertificates && (await store.ReadBucketsAsync([LimitBucket.KeyOf(LimitKind.CertificatesPerSet, Digest(names))], cancel))[0] is not null;

    private static IEnumerable<string> DomainsOf(ImmutableArray<string> names) =>
        names.Select(PublicSuffixes.RegisteredDomain).Distinct(StringComparer.Ordinal);

    private static string Of(string accountId, string name) => $"{accountId} {name}";

    private static string Digest(ImmutableArray<string> names) =>
        StrictBase64Url.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', names))));

    private static LimitBucket Bucket(RateLimit limit, string subject) => new(LimitBucket.KeyOf(limit.Kind, subject), limit.Period, limit.Period / limit.Count);

    private static RateLimit? Find(RateLimits limits, LimitKind kind) => limits.All.FirstOrDefault(limit => limit.Kind == kind);

    private static string Words(TimeSpan span) => span switch
    {
        { TotalDays: >= 1 } => Count(span.TotalDays, "day"),
        { TotalHours: >= 1 } => Count(span.TotalHours, "hour"),
        { TotalMinutes: >= 1 } => Count(span.TotalMinutes, "minute"),
        _ => Count(span.TotalSeconds, "second"),
    };

    private static string Count(double number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:0.##} {unit}{(number == 1 ? "" : "s")}");
}
