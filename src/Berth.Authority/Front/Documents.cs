using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Stored records as the wire shows them at a moment.</summary>
internal static class Documents
{
    internal static Account Account(AccountRecord account, Urls urls) => new()
    {
        Status = Text(account.Status),
        Contact = account.Contacts,
        TermsOfServiceAgreed = account.TermsAgreed ? true : null,
        Orders = urls.Orders(account.Id),
    };

    internal static Order Order(OrderRecord order, Urls urls, DateTimeOffset now) => new()
    {
        Status = Text(order.StatusAt(now)),
        Expires = order.Expires,
        Identifiers = [.. order.Names.Select(Identifier.Dns)],
        NotBefore = order.NotBefore,
        NotAfter = order.NotAfter,
        Error = Problem(order.Error),
        Authorizations = [.. order.AuthorizationIds.Select(urls.Authorization)],
        Finalize = urls.Finalize(order.Id),
        Certificate = order.CertificateId is { } serial ? urls.Certificate(serial) : null,
    };

    internal static Authorization Authorization(AuthorizationRecord authorization, Urls urls, DateTimeOffset now) => new()
    {
        Identifier = Identifier.Dns(authorization.Name),
        Status = Text(authorization.StatusAt(now)),
        Expires = authorization.Expires,
        Challenges = [.. authorization.Challenges.Select(challenge => Challenge(challenge, urls))],
    };

    internal static Challenge Challenge(ChallengeRecord challenge, Urls urls) => new()
    {
        Type = challenge.Type,
        Url = urls.Challenge(challenge.Id),
        Status = Text(challenge.Status),
        Token = challenge.Token,
        Validated = challenge.Validated,
        Error = Problem(challenge.Error),
    };

    private static ProblemDocument? Problem(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, AcmeJson.Default.ProblemDocument);

    private static string Text<T>(T status) where T : struct, Enum => status.ToString().ToLowerInvariant();
}
