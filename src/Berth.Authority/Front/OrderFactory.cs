using System.Collections.Immutable;
using System.Security.Cryptography;
using Berth.Acme.Protocol;
using Berth.Authority.Policy;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Makes an order and the authorizations it needs, reusing what the account has proven before.</summary>
internal sealed class OrderFactory(AuthorityOptions options, IAuthorityStore store, TimeProvider time)
{
    /// <summary>A proof that ends sooner is made anew: the order could not be finalized in peace.</summary>
    private static readonly TimeSpan LeastRemaining = TimeSpan.FromHours(1);

    internal async Task<OrderRecord> CreateAsync(AccountRecord account, NewOrderRequest wanted, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var names = IdentifierPolicy.Accept(wanted.Identifiers);
        CheckDates(wanted, now);
        var reused = await FindProvenAsync(account, names, now, cancel);
        var added = await AddMissingAsync(account, names, reused, now, cancel);
        var all = reused.AddRange(added);
        var order = new OrderRecord
        {
            Id = Identity.Next(time),
            AccountId = account.Id,
            Status = added.IsEmpty ? OrderStatus.Ready : OrderStatus.Pending,
            Created = now,
            Expires = reused.Select(found => found.Expires).Append(now + options.OrderLifetime).Min(),
            Names = names,
            AuthorizationIds = [.. all.OrderBy(found => found.Name, StringComparer.Ordinal).Select(found => found.Id)],
            NotBefore = wanted.NotBefore,
            NotAfter = wanted.NotAfter,
        };
        await store.AddOrderAsync(order, added, cancel);
        return order;
    }

    private void CheckDates(NewOrderRequest wanted, DateTimeOffset now)
    {
        var start = wanted.NotBefore ?? now;
        var reason = (wanted.NotBefore, wanted.NotAfter) switch
        {
            ({ } before, _) when before < now - TimeSpan.FromHours(1) => "notBefore is more than an hour ago",
            ({ } before, _) when before > now + options.OrderLifetime => "notBefore lies too far ahead",
            (_, { } after) when after <= now || after <= start => "notAfter is not after the start",
            (_, { } after) when after > start + options.LeafLifetime
                => $"notAfter is more than {options.LeafLifetime.TotalDays:0.##} days after the start, the longest this authority issues",
            _ => null,
        };
        if (reason is not null)
        {
            throw Reject.Malformed($"The validity asked for is not possible: {reason}.");
        }
    }

    private async Task<ImmutableArray<AuthorizationRecord>> FindProvenAsync(
        AccountRecord account, ImmutableArray<string> names, DateTimeOffset now, CancellationToken cancel)
    {
        var proven = ImmutableArray.CreateBuilder<AuthorizationRecord>();
        foreach (var name in options.ReuseAuthorizations ? names : [])
        {
            if (await store.FindValidAuthorizationAsync(account.Id, name, now + LeastRemaining, cancel) is { } found)
            {
                proven.Add(found);
            }
        }

        return proven.ToImmutable();
    }

    private async Task<ImmutableArray<AuthorizationRecord>> AddMissingAsync(
        AccountRecord account, ImmutableArray<string> names, ImmutableArray<AuthorizationRecord> proven,
        DateTimeOffset now, CancellationToken cancel)
    {
        ImmutableArray<AuthorizationRecord> added =
            [.. names.Except(proven.Select(found => found.Name)).Select(name => Pending(account, name, now))];
        var limit = options.PendingAuthorizationsPerAccount;
        var pending = added.IsEmpty ? 0 : await store.CountPendingAsync(account.Id, limit + 1, now, cancel);
        return pending + added.Length <= limit || added.IsEmpty
            ? added
            : throw Reject.RateLimited(
                $"The account has {pending} pending authorizations; at most {limit} may be open. Finish or deactivate some.",
                TimeSpan.FromMinutes(10));
    }

    private AuthorizationRecord Pending(AccountRecord account, string name, DateTimeOffset now)
    {
        var id = Identity.Next(time);
        return new AuthorizationRecord
        {
            Id = id,
            AccountId = account.Id,
            Name = name,
            Status = AuthorizationStatus.Pending,
            Expires = now + options.OrderLifetime,
            Challenges =
            [
                new ChallengeRecord
                {
                    Id = Identity.Next(time),
                    AuthorizationId = id,
                    Type = ChallengeType.Http01,
                    Token = StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(32)),
                    Status = ChallengeStatus.Pending,
                },
            ],
        };
    }
}
