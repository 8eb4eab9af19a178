using System.Collections.Immutable;
using System.Security.Cryptography;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Makes pending authorizations with every challenge that can prove their name.</summary>
internal sealed class AuthorizationFactory(AuthorityOptions options, IAuthorityStore store, TimeProvider time)
{
    /// <exception cref="Rejection">Names every identifier that no offered challenge can prove, or says that too much is pending.</exception>
    internal async Task<ImmutableArray<AuthorizationRecord>> MakeAsync(
        AccountRecord account, IReadOnlyCollection<string> names, DateTimeOffset now, CancellationToken cancel)
    {
        if (names.Count == 0)
        {
            return [];
        }

        ImmutableArray<ProblemDocument> refused = [.. names.Where(name => TypesFor(name).IsEmpty).Select(Unprovable)];
        if (!refused.IsEmpty)
        {
            throw Reject.Identifiers(refused);
        }

        var limit = options.PendingAuthorizationsPerAccount;
        var pending = await store.CountPendingAsync(account.Id, limit + 1, now, cancel);
        return pending + names.Count <= limit
            ? [.. names.Select(name => Pending(account, name, now))]
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
            Challenges = [.. TypesFor(name).Select(type => Pending(id, type))],
        };
    }

    // A token each: what answers one challenge must not answer another.
    private ChallengeRecord Pending(string authorization, string type) => new()
    {
        Id = Identity.Next(time),
        AuthorizationId = authorization,
        Type = type,
        Token = StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(32)),
        Status = ChallengeStatus.Pending,
    };

    private ImmutableArray<string> TypesFor(string name)
    {
        var (identifier, isWildcard) = Documents.IdentifierOf(name);
        return
        [
            .. options.ChallengeTypes.Distinct().Where(type => ChallengeType.CanProve(type, identifier, isWildcard)
                && (type != ChallengeType.DnsPersist01 || !options.IssuerNames.IsEmpty)),
        ];
    }

    private static ProblemDocument Unprovable(string name) => Reject.Document(
        AcmeError.RejectedIdentifier, 400, $"No certificate for '{name}': this authority offers no challenge that could prove it.") with
    {
        Identifier = Identifier.Of(name),
    };
}
