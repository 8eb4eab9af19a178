using Berth.Acme.Issuing;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme;

/// <summary>What can go wrong with a certificate authority, before, during and after an order.</summary>
public static partial class AcmeProblems
{
    // No answer.
    /// <summary>DNS does not know the server's host.</summary>
    public static readonly ProblemCode ServerHostUnknown = new("acme-server-host-unknown");

    /// <summary>Nothing listens at the server's address.</summary>
    public static readonly ProblemCode ServerRefused = new("acme-server-refused");

    /// <summary>The server's TLS certificate is not trusted, or it does not speak TLS.</summary>
    public static readonly ProblemCode ServerNotTrusted = new("acme-server-not-trusted");

    /// <summary>By this machine's clock the server's TLS certificate is not valid, and the server's clock says that this one is wrong.</summary>
    public static readonly ProblemCode ClockWrong = new("acme-clock-wrong");

    /// <summary>No whole answer within <see cref="AcmeClientOptions.RequestTimeout"/>.</summary>
    public static readonly ProblemCode ServerTimeout = new("acme-server-timeout");

    /// <summary>The network did not lead to the server.</summary>
    public static readonly ProblemCode ServerUnreachable = new("acme-server-unreachable");

    // An answer that is none.
    /// <summary>The answer broke off, is too large, or is not what the protocol says.</summary>
    public static readonly ProblemCode ResponseInvalid = new("acme-response-invalid");

    /// <summary>The server names a URL that is not https, or at a host its directory does not name.</summary>
    public static readonly ProblemCode UrlInvalid = new("acme-url-invalid");

    /// <summary>badNonce, as often as <see cref="AcmeClientOptions.NonceAttempts"/>.</summary>
    public static readonly ProblemCode NonceRefused = new("acme-nonce-refused");

    /// <summary>The server had a fault of its own, or is busy.</summary>
    public static readonly ProblemCode ServerInternal = new("acme-server-internal");

    /// <summary>The server did not understand the request.</summary>
    public static readonly ProblemCode Malformed = new("acme-malformed");

    /// <summary>A refusal of a type not known here.</summary>
    public static readonly ProblemCode OtherRefusal = new("acme-refused");

    /// <summary>A limit is used up; see <see cref="GateOf"/>.</summary>
    public static readonly ProblemCode RateLimited = new("acme-rate-limited");

    /// <summary>No orders for a name until a person lifts the pause; the page is in the remedy.</summary>
    public static readonly ProblemCode NamePaused = new("acme-name-paused");

    // The account.
    /// <summary>The account may not do that, or is no longer valid.</summary>
    public static readonly ProblemCode Unauthorized = new("acme-unauthorized");

    /// <summary>No account is stored there that could be changed.</summary>
    public static readonly ProblemCode AccountMissing = new("acme-account-missing");

    /// <summary>The server has forgotten the account, and it may not be registered anew.</summary>
    public static readonly ProblemCode AccountUnknown = new("acme-account-unknown");

    /// <summary>The account was ended.</summary>
    public static readonly ProblemCode AccountDeactivated = new("acme-account-deactivated");

    /// <summary>The stored account key cannot be read.</summary>
    public static readonly ProblemCode AccountKeyInvalid = new("acme-account-key-invalid");

    /// <summary>The server wants an external account binding.</summary>
    public static readonly ProblemCode BindingRequired = new("acme-binding-required") { IsOfSettings = true };

    /// <summary>The binding's HMAC key is not base64url.</summary>
    public static readonly ProblemCode BindingInvalid = new("acme-binding-invalid") { IsOfSettings = true };

    /// <summary>The server does not take the e-mail address.</summary>
    public static readonly ProblemCode ContactRefused = new("acme-contact-refused");

    /// <summary>A person must agree to new terms first; the page is in the remedy.</summary>
    public static readonly ProblemCode TermsNotAgreed = new("acme-terms-not-agreed");

    /// <summary>The server does not take keys of this kind.</summary>
    public static readonly ProblemCode KeyRefused = new("acme-key-refused");

    /// <summary>The new account key is another account's already.</summary>
    public static readonly ProblemCode AccountKeyTaken = new("acme-account-key-taken");

    /// <summary>The server offers no change of an account's key.</summary>
    public static readonly ProblemCode KeyChangeUnsupported = new("acme-key-change-unsupported");

    // The order.
    /// <summary>Nothing was asked for.</summary>
    public static readonly ProblemCode NamesMissing = new("acme-names-missing");

    /// <summary>The server issues for none, or not all, of the names.</summary>
    public static readonly ProblemCode IdentifierRejected = new("acme-identifier-rejected");

    /// <summary>The server has no such profile.</summary>
    public static readonly ProblemCode ProfileUnknown = new("acme-profile-unknown");

    /// <summary>No solver fits what the server offers for a name.</summary>
    public static readonly ProblemCode ChallengeUnsupported = new("acme-challenge-unsupported");

    /// <summary>Names could not be proved, for several or unknown reasons.</summary>
    public static readonly ProblemCode ValidationRefused = new("acme-validation-failed");

    /// <summary>The server found no address or record of a name.</summary>
    public static readonly ProblemCode ValidationDns = new("acme-validation-dns");

    /// <summary>The server could not reach a name.</summary>
    public static readonly ProblemCode ValidationConnection = new("acme-validation-connection");

    /// <summary>The server reached a name and got another answer.</summary>
    public static readonly ProblemCode ValidationAnswer = new("acme-validation-answer");

    /// <summary>The server's TLS connection to a name failed.</summary>
    public static readonly ProblemCode ValidationTls = new("acme-validation-tls");

    /// <summary>Not decided within <see cref="AcmeClientOptions.ValidationTimeout"/>.</summary>
    public static readonly ProblemCode ValidationTimeout = new("acme-validation-timeout");

    /// <summary>A CAA record forbids it.</summary>
    public static readonly ProblemCode CaaForbids = new("acme-caa-forbids");

    /// <summary>The server does not take the signing request.</summary>
    public static readonly ProblemCode RequestRefused = new("acme-csr-refused");

    /// <summary>The order became invalid, and the server does not say why.</summary>
    public static readonly ProblemCode OrderInvalid = new("acme-order-invalid");

    /// <summary>The server says that the order is not ready, again and again.</summary>
    public static readonly ProblemCode OrderNotReady = new("acme-order-not-ready");

    /// <summary>Not ready or issued within <see cref="AcmeClientOptions.ProcessingTimeout"/>.</summary>
    public static readonly ProblemCode ProcessingTimeout = new("acme-processing-timeout");

    /// <summary>Not done within <see cref="AcmeClientOptions.IssuanceTimeout"/>.</summary>
    public static readonly ProblemCode IssuanceTimeout = new("acme-issuance-timeout");

    /// <summary>The private key to be used again cannot be read.</summary>
    public static readonly ProblemCode ReusedKeyInvalid = new("acme-reused-key-invalid");

    // The certificate.
    /// <summary>What was downloaded is not the certificate ordered; it is not used.</summary>
    public static readonly ProblemCode CertificateWrong = new("acme-certificate-wrong");

    /// <summary>A certificate or key that was given cannot be read.</summary>
    public static readonly ProblemCode CertificateUnreadable = new("acme-certificate-unreadable");

    /// <summary>The server does not revoke it so.</summary>
    public static readonly ProblemCode RevocationRefused = new("acme-revocation-refused");

    /// <summary>The server offers no revocation.</summary>
    public static readonly ProblemCode RevocationUnsupported = new("acme-revocation-unsupported");

    private const string RetryAfterKey = "berth-retry-after";
    private const string GateKey = "berth-gate";
    private const string FailedNamesKey = "berth-failed-names";
    private const string LeftOutNamesKey = "berth-left-out-names";

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

    /// <summary>The names that had failed before in the same run: the order that failed then was for the others.</summary>
    public static IReadOnlyList<FailedName> LeftOutNamesOf(ProblemException failure) =>
        failure.Data[LeftOutNamesKey] as IReadOnlyList<FailedName> ?? [];

    /// <summary>
    /// True when nothing is wrong with the names or the account: the same may work later, or at another CA. An order that can
    /// still succeed was kept.
    /// </summary>
    public static bool IsTransient(ProblemCode code) => Transient.Contains(code);

    private static readonly HashSet<ProblemCode> Transient =
    [
        ServerHostUnknown, ServerRefused, ServerNotTrusted, ClockWrong, ServerTimeout, ServerUnreachable, ResponseInvalid, NonceRefused,
        ServerInternal, RateLimited, NamePaused, ValidationTimeout, ProcessingTimeout, IssuanceTimeout,
    ];

    /// <summary>False where a proxy has refused in place of the authority, as far as can be told: what became of the request is not known.</summary>
    public static bool IsOfAuthority(ProblemException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.InnerException is not AcmeRefusalException { Type: null };
    }

    internal static ProblemException WithGate(ProblemException failure, AuthorityGate? gate)
    {
        if (gate is not null)
        {
            failure.Data[GateKey] = gate;
        }

        return failure;
    }

    /// <summary>Whether both failed at names and nothing else: waiting would mend neither, nor a setting.</summary>
    internal static bool AreOfNames(params IEnumerable<ProblemException> failures) =>
        failures.All(failure => FailedNamesOf(failure).Count > 0 && GateOf(failure) is null && !IsTransient(failure.Problem.Code) && !failure.Problem.Code.IsOfSettings);

    /// <summary>Names failed, and of the others some, too: what failed first is to be mended first, for others were only tried in its place.</summary>
    internal static ProblemException ToldFirst(ProblemException first, ProblemException last)
    {
        var problem = first.Problem with { Details = [.. first.Problem.Details, last.Problem.Found, .. last.Problem.Details.Except([last.Problem.Found])] };
        var told = WithFailedNames(WithRetryAfter(problem.AsException(last), RetryAfterOf(last)), FailedNamesOf(last));
        AddLeftOutNames(told, LeftOutNamesOf(last));
        return told;
    }

    internal static void AddLeftOutNames(ProblemException failure, IReadOnlyList<FailedName> names)
    {
        if (names.Count > 0)
        {
            failure.Data[LeftOutNamesKey] = names;
        }
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
