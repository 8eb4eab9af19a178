using System.Collections.Immutable;
using System.Security.Cryptography;
using Berth.Acme.Protocol;
using Berth.Authority.Limits;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Makes an order and the authorizations it needs, reusing what the account has proven before.</summary>
internal sealed class OrderFactory(
    AuthorityOptions options, IAuthorityStore store, OrderRules rules, AuthorizationFactory authorizations, Replacement replacement,
    RateLimiter limiter, TimeProvider time)
{
    /// <summary>A proof that ends sooner is made anew: the order could not be finalized in peace.</summary>
    private static readonly TimeSpan LeastRemaining = TimeSpan.FromHours(1);

    internal async Task<OrderRecord> CreateAsync(AccountRecord account, NewOrderRequest wanted, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var names = await rules.AcceptAsync(account, wanted, now, cancel);
        var replaced = await replacement.CheckAsync(account, wanted.Replaces, names, cancel);
        var (isOpen, finding) = (RefuseTooManyAsync(account, now, cancel), FindProvenAsync(account, names, now, cancel));
        await isOpen;
        var reused = await finding;
        var missing = names.Except(reused.Select(found => found.Name)).ToList();
        var added = await authorizations.MakeAsync(account, missing, now, cancel);
        var order = new OrderRecord
        {
            Id = Identity.Next(time),
            AccountId = account.Id,
            Status = added.IsEmpty ? OrderStatus.Ready : OrderStatus.Pending,
            Created = now,
            Expires = reused.Select(found => found.Expires).Append(now + options.OrderLifetime).Min(),
            Names = names,
            AuthorizationIds =
                [.. reused.AddRange(added).OrderBy(found => found.Name, StringComparer.Ordinal).Select(found => found.Id)],
            NotBefore = wanted.NotBefore,
            NotAfter = wanted.NotAfter,
            Profile = wanted.Profile,
            Replaces = wanted.Replaces,
        };
        await limiter.SpendOrderAsync(account, names, replaced, cancel);
        return await store.AddOrderAsync(order, added, cancel) ? order : throw Replacement.Taken();
    }

    private async Task RefuseTooManyAsync(AccountRecord account, DateTimeOffset now, CancellationToken cancel)
    {
        var limit = options.OpenOrdersPerAccount;
        if (await store.CountOpenOrdersAsync(account.Id, limit, now, cancel) >= limit)
        {
            throw Reject.RateLimited(
                $"The account has {limit} open orders, and no more may be. Finalize some, or let them expire.", TimeSpan.FromMinutes(10));
        }
    }

    private async Task<ImmutableArray<AuthorizationRecord>> FindProvenAsync(
        AccountRecord account, ImmutableArray<string> names, DateTimeOffset now, CancellationToken cancel)
    {
        if (!options.ReuseAuthorizations)
        {
            return [];
        }

        // At once, as one way to a database elsewhere is enough for all of them.
        var found = await Task.WhenAll(names.Where(_ => MayReuse()).Select(
            name => store.FindValidAuthorizationAsync(account.Id, name, now + LeastRemaining, cancel)));
        return [.. found.OfType<AuthorizationRecord>()];
    }

    private bool MayReuse() => options.Testing is not { ReuseAuthorizations: var percent } || RandomNumberGenerator.GetInt32(100) < percent;
}
