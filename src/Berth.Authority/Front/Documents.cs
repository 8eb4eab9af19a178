using System.Collections.Immutable;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Stored records as the wire shows them at a moment.</summary>
/// <param name="issuers">What a dns-persist-01 record may begin with.</param>
internal sealed class Documents(ImmutableArray<string> issuers)
{
    internal static Account Account(AccountRecord account, Urls urls) => new()
    {
        Status = Text(account.Status),
        Contact = account.Contacts,
        TermsOfServiceAgreed = account.TermsAgreed ? true : null,
        ExternalAccountBinding = account.Binding is { } binding ? JsonDocument.Parse(binding).RootElement : null,
        Orders = urls.Orders(account.Id),
    };

    internal static Order Order(OrderRecord order, Urls urls, DateTimeOffset now) => new()
    {
        Status = Text(order.StatusAt(now)),
        Expires = order.Expires,
        Identifiers = [.. order.Names.Select(Identifier.Of)],
        NotBefore = order.NotBefore,
        NotAfter = order.NotAfter,
        Profile = order.Profile,
        Replaces = order.Replaces,
        Error = Problem(order.Error),
        Authorizations = [.. order.AuthorizationIds.Select(urls.Authorization)],
        Finalize = urls.Finalize(order.Id),
        Certificate = order.CertificateId is { } serial ? urls.Certificate(serial) : null,
    };

    internal Authorization Authorization(AuthorizationRecord authorization, Urls urls, DateTimeOffset now)
    {
        var (identifier, isWildcard) = IdentifierOf(authorization.Name);
        return new Authorization
        {
            Identifier = identifier,
            Status = Text(authorization.StatusAt(now)),
            Expires = authorization.Expires,
            Challenges = [.. Shown(authorization).Select(challenge => Challenge(challenge, urls))],
            Wildcard = isWildcard ? true : null,
        };
    }

    internal Challenge Challenge(ChallengeRecord challenge, Urls urls)
    {
        var isPersistent = challenge.Type == ChallengeType.DnsPersist01;
        return new Challenge
        {
            Type = challenge.Type,
            Url = urls.Challenge(challenge.Id),
            Status = Text(challenge.Status),
            // The type has no use for one, but a client that knows only types with a token (uacme) takes an authorization without for broken.
            Token = challenge.Token,
            Validated = challenge.Validated,
            Error = Problem(challenge.Error),
            IssuerDomainNames = isPersistent ? issuers : null,
            EarlierIssuerDomainNames = isPersistent ? issuers : null,
        };
    }

    /// <summary>A stored name as the wire has it: the wildcard is a member of its own (§7.1.4).</summary>
    internal static (Identifier Identifier, bool IsWildcard) IdentifierOf(string name) => name.StartsWith("*.", StringComparison.Ordinal)
        ? (Identifier.Dns(name[2..]), true)
        : (Identifier.Of(name), false);

    // §7.1.4: what was validated of a valid one, what failed of an invalid one, all of any other.
    private static IEnumerable<ChallengeRecord> Shown(AuthorizationRecord authorization)
    {
        var decided = authorization.Challenges.Where(challenge => authorization.Status switch
        {
            AuthorizationStatus.Valid => challenge.Status == ChallengeStatus.Valid,
            AuthorizationStatus.Invalid => challenge.Status == ChallengeStatus.Invalid,
            _ => true,
        }).ToList();
        return decided.Count > 0 ? decided : authorization.Challenges;
    }

    private static ProblemDocument? Problem(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, AcmeJson.Default.ProblemDocument);

    private static string Text<T>(T status) where T : struct, Enum => status.ToString().ToLowerInvariant();
}
