using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Acme;

/// <summary>What can go wrong with a certificate authority, before, during and after an order.</summary>
public static partial class AcmeProblems
{
    // No answer.
    public static readonly ProblemCode ServerHostUnknown = new("acme-server-host-unknown");
    public static readonly ProblemCode ServerRefused = new("acme-server-refused");
    public static readonly ProblemCode ServerNotTrusted = new("acme-server-not-trusted");
    public static readonly ProblemCode ServerTimeout = new("acme-server-timeout");
    public static readonly ProblemCode ServerUnreachable = new("acme-server-unreachable");

    // An answer that is none.
    public static readonly ProblemCode ResponseInvalid = new("acme-response-invalid");
    public static readonly ProblemCode UrlInvalid = new("acme-url-invalid");
    public static readonly ProblemCode NonceRefused = new("acme-nonce-refused");
    public static readonly ProblemCode ServerInternal = new("acme-server-internal");
    public static readonly ProblemCode Malformed = new("acme-malformed");
    public static readonly ProblemCode OtherRefusal = new("acme-refused");
    public static readonly ProblemCode RateLimited = new("acme-rate-limited");
    public static readonly ProblemCode NamePaused = new("acme-name-paused");

    // The account.
    public static readonly ProblemCode Unauthorized = new("acme-unauthorized");
    public static readonly ProblemCode AccountUnknown = new("acme-account-unknown");
    public static readonly ProblemCode AccountDeactivated = new("acme-account-deactivated");
    public static readonly ProblemCode AccountKeyInvalid = new("acme-account-key-invalid");
    public static readonly ProblemCode BindingRequired = new("acme-binding-required");
    public static readonly ProblemCode BindingInvalid = new("acme-binding-invalid");
    public static readonly ProblemCode ContactRefused = new("acme-contact-refused");
    public static readonly ProblemCode TermsNotAgreed = new("acme-terms-not-agreed");
    public static readonly ProblemCode KeyRefused = new("acme-key-refused");
    public static readonly ProblemCode AccountKeyTaken = new("acme-account-key-taken");
    public static readonly ProblemCode KeyChangeUnsupported = new("acme-key-change-unsupported");

    // The order.
    public static readonly ProblemCode NamesMissing = new("acme-names-missing");
    public static readonly ProblemCode IdentifierRejected = new("acme-identifier-rejected");
    public static readonly ProblemCode ProfileUnknown = new("acme-profile-unknown");
    public static readonly ProblemCode ChallengeUnsupported = new("acme-challenge-unsupported");
    public static readonly ProblemCode ValidationRefused = new("acme-validation-failed");
    public static readonly ProblemCode ValidationDns = new("acme-validation-dns");
    public static readonly ProblemCode ValidationConnection = new("acme-validation-connection");
    public static readonly ProblemCode ValidationAnswer = new("acme-validation-answer");
    public static readonly ProblemCode ValidationTls = new("acme-validation-tls");
    public static readonly ProblemCode ValidationTimeout = new("acme-validation-timeout");
    public static readonly ProblemCode CaaForbids = new("acme-caa-forbids");
    public static readonly ProblemCode RequestRefused = new("acme-csr-refused");
    public static readonly ProblemCode OrderInvalid = new("acme-order-invalid");
    public static readonly ProblemCode OrderNotReady = new("acme-order-not-ready");
    public static readonly ProblemCode ProcessingTimeout = new("acme-processing-timeout");
    public static readonly ProblemCode IssuanceTimeout = new("acme-issuance-timeout");
    public static readonly ProblemCode ReusedKeyInvalid = new("acme-reused-key-invalid");

    // The certificate.
    public static readonly ProblemCode CertificateWrong = new("acme-certificate-wrong");
    public static readonly ProblemCode CertificateUnreadable = new("acme-certificate-unreadable");
    public static readonly ProblemCode RevocationRefused = new("acme-revocation-refused");
    public static readonly ProblemCode RevocationUnsupported = new("acme-revocation-unsupported");

    private const string RetryAfterKey = "berth-retry-after";
    private const string GateKey = "berth-gate";
    private const string FailedNamesKey = "berth-failed-names";

    /// <summary>How long the CA asked to be left alone; null when it did not say. The scheduler's business.</summary>
    public static TimeSpan? RetryAfterOf(ProblemException failure) => failure.Data[RetryAfterKey] as TimeSpan?;

    /// <summary>How long the CA asked to be left alone, and with what; null when it did not ask.</summary>
    public static AuthorityGate? GateOf(ProblemException failure) => failure.Data[GateKey] as AuthorityGate;

    /// <summary>
    /// The names a failed order failed at, wildcards with their label; empty when it was not about names. The others can be ordered
    /// without them, see <see cref="IssuanceRequest.DropFailingNames"/>.
    /// </summary>
    public static IReadOnlyList<FailedName> FailedNamesOf(ProblemException failure) =>
        failure.Data[FailedNamesKey] as IReadOnlyList<FailedName> ?? [];

    /// <summary>
    /// True when nothing is wrong with the names or the account: the same may work later, or at another CA. An order that can
    /// still succeed was kept.
    /// </summary>
    public static bool IsTransient(ProblemCode code) => Transient.Contains(code);

    private static readonly HashSet<ProblemCode> Transient =
    [
        ServerHostUnknown, ServerRefused, ServerNotTrusted, ServerTimeout, ServerUnreachable, ResponseInvalid, NonceRefused,
        ServerInternal, RateLimited, NamePaused, ValidationTimeout, ProcessingTimeout, IssuanceTimeout,
    ];

    internal static ProblemException WithGate(ProblemException failure, AuthorityGate? gate)
    {
        if (gate is not null)
        {
            failure.Data[GateKey] = gate;
        }

        return failure;
    }

    internal static ProblemException WithFailedNames(ProblemException failure, IReadOnlyList<FailedName> names)
    {
        if (names.Count > 0)
        {
            failure.Data[FailedNamesKey] = names;
        }

        return failure;
    }

    internal static ProblemException WithRetryAfter(ProblemException failure, TimeSpan? wait)
    {
        if (wait is { } known)
        {
            failure.Data[RetryAfterKey] = known;
        }

        return failure;
    }
}
