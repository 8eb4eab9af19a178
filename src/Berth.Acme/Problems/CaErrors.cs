using System.Collections.Frozen;
using Berth.Acme.Protocol;

namespace Berth.Acme;

/// <summary>The one table of a CA's error types (RFC 8555 §6.7).</summary>
internal static class CaErrors
{
    private const string Again = "Run the command again; if it repeats, report it to the certificate authority.";
    private const string Names = "Remove or correct the names the certificate authority does not take.";
    private const string Csr = "Ask the certificate authority which keys it takes; Berth orders with P-256.";

    private static readonly FrozenDictionary<string, CaError> Table = new Dictionary<string, CaError>
    {
        [AcmeError.AccountDoesNotExist] = new(AcmeProblems.AccountUnknown,
            "Remove the stored account to register a new one; check CAA records that name the old account URL."),
        [AcmeError.AlreadyReplaced] = new(AcmeProblems.OtherRefusal, Again),
        [AcmeError.AlreadyRevoked] = new(AcmeProblems.RevocationRefused, "Nothing is left to do: the certificate is revoked."),
        [AcmeError.BadCsr] = new(AcmeProblems.RequestRefused, Csr),
        [AcmeError.BadNonce] = new(AcmeProblems.NonceRefused,
            "Try again later: the certificate authority refuses its own nonces."),
        [AcmeError.BadPublicKey] = new(AcmeProblems.KeyRefused, Csr),
        [AcmeError.BadRevocationReason] = new(AcmeProblems.RevocationRefused, "Choose another reason, or none."),
        [AcmeError.BadSignatureAlgorithm] = new(AcmeProblems.KeyRefused,
            "The stored account key is of a kind this authority does not take: remove the stored account to register a new one."),
        [AcmeError.Caa] = new(AcmeProblems.CaaForbids,
            "Change the domain's CAA records so that they name this certificate authority, or use the one they name."),
        [AcmeError.Compound] = new(AcmeProblems.OtherRefusal, "Settle each finding below, then run the command again."),
        [AcmeError.Connection] = new(AcmeProblems.ValidationConnection, "Make the name reachable from the internet on port 80."),
        [AcmeError.Dns] = new(AcmeProblems.ValidationDns, "Create the name's A or AAAA record and wait until it is visible."),
        [AcmeError.ExternalAccountRequired] = new(AcmeProblems.BindingRequired,
            "Give the key id and HMAC key that it hands out, or use a certificate authority that takes accounts without a binding, such as Let's Encrypt."),
        [AcmeError.IncorrectResponse] = new(AcmeProblems.ValidationAnswer, "Let the name point at this server alone."),
        [AcmeError.InvalidContact] = new(AcmeProblems.ContactRefused, "Set an e-mail address that exists."),
        [AcmeError.InvalidProfile] = new(AcmeProblems.ProfileUnknown,
            "Choose a profile the certificate authority lists, or none."),
        [AcmeError.Malformed] = new(AcmeProblems.Malformed, Again),
        [AcmeError.OrderNotReady] = new(AcmeProblems.OrderNotReady, "Run the command again; it makes a new order."),
        [AcmeError.RateLimited] = new(AcmeProblems.RateLimited, "Wait, then run the command again."),
        [AcmeError.RejectedIdentifier] = new(AcmeProblems.IdentifierRejected, Names),
        [AcmeError.ServerInternal] = new(AcmeProblems.ServerInternal,
            "Try again later, and look at the certificate authority's status page."),
        [AcmeError.Tls] = new(AcmeProblems.ValidationTls, "Let the name point at this server alone, with port 443 open."),
        [AcmeError.Unauthorized] = new(AcmeProblems.Unauthorized,
            "Check that the account is still valid at the authority; remove the stored account to register a new one."),
        [AcmeError.UnsupportedContact] = new(AcmeProblems.ContactRefused, "Set a plain e-mail address, name@example.com."),
        [AcmeError.UnsupportedIdentifier] = new(AcmeProblems.IdentifierRejected, Names),
        [AcmeError.UserActionRequired] = new(AcmeProblems.TermsNotAgreed,
            "Visit the certificate authority's page, agree to its terms, then run the command again."),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    internal static IEnumerable<string> Types => Table.Keys;

    internal static CaError? Find(string? type) => type is not null && Table.TryGetValue(type, out var entry) ? entry : null;
}
