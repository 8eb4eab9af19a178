using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme;

public static partial class AcmeProblems
{
    internal static Problem NoNames() => new(
        NamesMissing, "There is no name to get a certificate for.", "Add a domain first.");

    /// <summary>A server does not offer the profile that is to be ordered with.</summary>
    /// <param name="host">The server.</param>
    /// <param name="profile">What was asked for.</param>
    /// <param name="offered">What it offers.</param>
    public static Problem NoSuchProfile(string host, string profile, IEnumerable<string> offered) => new(
        ProfileUnknown,
        $"{Printable.Of(host)} has no certificate profile '{Printable.Of(profile)}'.",
        offered.Any()
            ? $"Choose one of: {Printable.Of(string.Join(", ", offered))}; or none."
            : "Ask for none: this certificate authority offers no profiles.");

    internal static Problem BadReusedKey(string reason) => new(
        ReusedKeyInvalid,
        $"The private key that is to be used again cannot be read: {Printable.Of(reason)}",
        "Give the key as unencrypted PEM, or let each certificate have a fresh key.");

    internal static Problem TooLong(string host, TimeSpan limit) => new(
        IssuanceTimeout,
        $"The certificate from {Printable.Of(host)} was not there after {Spoken(limit)}, the longest an order may take here.",
        "Run the command again later; it goes on with the same order.");

    internal static Problem LostOrder(string host) => new(
        OtherRefusal, $"{Printable.Of(host)} knows nothing any more of the order that was placed there.", "Run the command again: another order is placed.");

    internal static Problem NoSolver(string name, IReadOnlyList<string> offered, IReadOnlyList<string> known) => new(
        ChallengeUnsupported,
        $"{name} can only be proved by {ListOr(offered)}; configured here: {ListOr(known)}.",
        name.StartsWith("*.", StringComparison.Ordinal)
            ? "Set a DNS provider that makes one of these records, or ask for the host names one by one instead of the wildcard."
            : "Leave the name out, or use a certificate authority that proves it over HTTP-01.");

    internal static Problem ValidationSlow(string host, string name, TimeSpan limit) => new(
        ValidationTimeout,
        $"{Printable.Of(host)} had not decided about {name} after {Spoken(limit)}.",
        "Run the command again later; it goes on with the same order.");

    internal static Problem ReadySlow(string host, TimeSpan limit) => new(
        ProcessingTimeout,
        $"{Printable.Of(host)} validated every name, but the order was not ready after {Spoken(limit)}.",
        "Run the command again later; it goes on with the same order.");

    internal static Problem IssuingSlow(string host, TimeSpan limit) => new(
        ProcessingTimeout,
        $"{Printable.Of(host)} had not issued the certificate after {Spoken(limit)}.",
        "Run the command again later; it goes on with the same order.");

    internal static Problem WrongCertificate(string source, string reason) => new(
        CertificateWrong,
        $"The certificate from {Printable.Of(source)} is not used: {reason}.",
        "Run the command again for a new order; if it repeats, report it to the certificate authority.");

    internal static Problem NoRevocation(string host) => new(
        RevocationUnsupported,
        $"{Printable.Of(host)} offers no revocation.",
        "Replace the certificate and let the old one expire.");

    /// <summary>An order that became invalid; its error is the CA's.</summary>
    internal static ProblemException FailedOrder(string host, ProblemDocument? error)
    {
        var entry = CaErrors.Find(error?.Type);
        var problem = new Problem(
            error is null || entry is null ? OrderInvalid : entry.Code,
            $"{Printable.Of(host)} gave up the order: {(error is null ? "it says no more" : WordsOf(error))}",
            entry?.Remedy ?? "Read what the certificate authority says, then run the command again for a new order.")
        {
            Details = DetailsOf(error),
        };
        return WithFailedNames(problem.AsException(), error is null ? [] : NamesAtFault(error, null, problem.Code));
    }

    private static string ListOr(IReadOnlyList<string> words) => words.Count == 0 ? "nothing" : string.Join(", ", words);
}
