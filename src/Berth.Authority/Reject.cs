using System.Collections.Immutable;
using Berth.Acme.Protocol;

namespace Berth.Authority;

/// <summary>The one table from error type to HTTP status (RFC 8555 §6.7); each detail ends as a sentence.</summary>
internal static class Reject
{
    internal static Rejection Malformed(string detail, int status = 400) => new(Document(AcmeError.Malformed, status, detail));

    internal static Rejection NotFound(string detail) => Malformed(detail, 404);

    /// <summary>The requester may not do this (§6.2, §7.3.6); 401 for a deactivated account, 403 otherwise.</summary>
    internal static Rejection Unauthorized(string detail, int status = 403) =>
        new(Document(AcmeError.Unauthorized, status, detail));

    internal static Rejection AccountDoesNotExist(string detail) => new(Document(AcmeError.AccountDoesNotExist, 400, detail));

    internal static Rejection BadNonce() => new(Document(
        AcmeError.BadNonce, 400, "The nonce is unknown, used, or too old; sign again with the one of this response."));

    internal static Rejection BadSignatureAlgorithm(string detail) => new(
        Document(AcmeError.BadSignatureAlgorithm, 400, detail) with { Algorithms = JwsAlgorithm.Signatures });

    internal static Rejection BadPublicKey(string detail) => new(Document(AcmeError.BadPublicKey, 400, detail));

    internal static Rejection BadCsr(string detail) => new(Document(AcmeError.BadCsr, 400, detail));

    internal static Rejection BadRevocationReason(string detail) => new(Document(AcmeError.BadRevocationReason, 400, detail));

    internal static Rejection AlreadyRevoked() => new(Document(AcmeError.AlreadyRevoked, 400, "The certificate is revoked already."));

    internal static Rejection OrderNotReady(string detail) => new(Document(AcmeError.OrderNotReady, 403, detail));

    internal static Rejection InvalidContact(string detail) => new(Document(AcmeError.InvalidContact, 400, detail));

    internal static Rejection UnsupportedContact(string detail) => new(Document(AcmeError.UnsupportedContact, 400, detail));

    /// <summary>§7.3.3: the terms are named twice, in <c>instance</c> and in a link.</summary>
    internal static Rejection UserActionRequired(string detail, Uri terms) => new(
        Document(AcmeError.UserActionRequired, 403, detail) with { Instance = terms.AbsoluteUri })
    {
        Link = (terms.AbsoluteUri, "terms-of-service"),
    };

    internal static Rejection ExternalAccountRequired(string detail) => new(Document(AcmeError.ExternalAccountRequired, 403, detail));

    internal static Rejection InvalidProfile(string detail) => new(Document(AcmeError.InvalidProfile, 400, detail));

    internal static Rejection AlreadyReplaced(string detail) => new(Document(AcmeError.AlreadyReplaced, 409, detail));

    internal static Rejection RateLimited(string detail, TimeSpan retryAfter, int status = 429) =>
        new(Document(AcmeError.RateLimited, status, detail)) { RetryAfter = retryAfter };

    /// <summary>Ends by an operator's hand, not by waiting: no Retry-After.</summary>
    internal static Rejection Paused(string accountId, ImmutableArray<string> names)
    {
        var detail = $"Too many validations in a row have failed, so this account's names are paused: {string.Join(", ", names.Take(10))}. "
            + $"Mend what makes them fail, then ask whoever runs this authority for `berth ca unpause {accountId}`.";
        var document = Document(AcmeError.RateLimited, 429, detail);
        return new(document with
        {
            Subproblems = [.. names.Select(name => Document(AcmeError.RateLimited, 429, "It is paused.") with { Identifier = Identifier.Of(name) })],
        });
    }

    /// <summary>One refused identifier gives the whole its type; several make it a compound (§6.7.1).</summary>
    internal static Rejection Identifiers(ImmutableArray<ProblemDocument> refused) => new(refused.Length == 1
        ? About(refused[0], refused[0].Identifier!)
        : Document(AcmeError.Compound, 400, $"{refused.Length} identifiers are refused; each subproblem says why.") with
        {
            Subproblems = refused,
        });

    /// <summary>A problem that is one identifier's. §6.7.1: "identifier" MUST NOT be present at the top level, only in a subproblem.</summary>
    internal static ProblemDocument About(ProblemDocument problem, Identifier identifier) => problem with
    {
        Identifier = null,
        Subproblems = [problem with { Identifier = identifier }],
    };

    internal static ProblemDocument Document(string type, int status, string detail) =>
        new() { Type = type, Status = status, Detail = detail };
}
