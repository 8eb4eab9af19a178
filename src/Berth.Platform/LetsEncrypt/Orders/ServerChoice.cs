using Berth.Acme;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>
/// Which of several servers is asked: the first that does not keep failing. A failure counts when it is the server's or lies on the way to it;
/// what is wrong with a name's proof would be wrong at the next server too.
/// </summary>
public static class ServerChoice
{
    /// <summary>After so many failures in a row the next server is asked.</summary>
    public const int Patience = 3;

    // Then a server that kept failing has its next chance, since it is preferred for a reason.
    private static readonly TimeSpan Forgiven = TimeSpan.FromDays(1);

    // What may stay so for ever at this one, and is nothing about the names.
    private static readonly HashSet<ProblemCode> OfServer =
    [
        AcmeProblems.OtherRefusal, AcmeProblems.Malformed, AcmeProblems.UrlInvalid, AcmeProblems.Unauthorized, AcmeProblems.AccountUnknown, AcmeProblems.AccountDeactivated,
        AcmeProblems.AccountKeyInvalid, AcmeProblems.BindingRequired, AcmeProblems.BindingInvalid, AcmeProblems.ContactRefused, AcmeProblems.TermsNotAgreed, AcmeProblems.KeyRefused,
        AcmeProblems.ProfileUnknown, AcmeProblems.RequestRefused, AcmeProblems.OrderNotReady, AcmeProblems.CertificateWrong, LetsEncryptProblems.IssuedAgain,
    ];

    // Most likely it was for a proof to be seen that the time went by, which would take as long at any.
    private static readonly HashSet<ProblemCode> OfProofs = [AcmeProblems.ValidationTimeout, AcmeProblems.IssuanceTimeout];

    /// <param name="servers">The preferred one first.</param>
    /// <param name="issuers">How they have done.</param>
    /// <param name="isHeld">Whether a server takes no order for now.</param>
    /// <param name="now">The present.</param>
    public static WantedServer Of(
        IReadOnlyList<WantedServer> servers, IReadOnlyDictionary<string, IssuerStanding> issuers, Predicate<WantedServer> isHeld, DateTimeOffset now)
    {
        if (servers.Count == 1)
        {
            return servers[0];
        }

        var open = servers.Where(server => !isHeld(server)).ToArray();
        return open.FirstOrDefault(server => FailuresOf(server, issuers, now) < Patience)
            ?? open.MinBy(server => FailuresOf(server, issuers, now))
            ?? servers[0];
    }

    /// <summary>As far as can be told without looking what was spent at each.</summary>
    public static WantedServer Of(IReadOnlyList<WantedServer> servers, LineageStored stored, DateTimeOffset now) =>
        Of(servers, stored.State.Issuers, server => StandingGates.Of(stored, now).Any(gate => gate.IsWaitAt(server.Key) && gate.Until > now), now);

    /// <summary>Whether the failure is the server's, or of the account there, so that another may do better.</summary>
    public static bool IsServersFault(ProblemException failure) =>
        OfServer.Contains(failure.Problem.Code) ? AcmeProblems.FailedNamesOf(failure).Count == 0
        : AcmeProblems.IsTransient(failure.Problem.Code) && failure.Problem.Code != AcmeProblems.NamePaused && !OfProofs.Contains(failure.Problem.Code);

    /// <summary>Whether the server takes no such order for now: of some names, or of the account.</summary>
    internal static bool IsHold(ProblemCode code) => code == AcmeProblems.RateLimited || code == AcmeProblems.NamePaused;

    private static int FailuresOf(WantedServer server, IReadOnlyDictionary<string, IssuerStanding> issuers, DateTimeOffset now) =>
        issuers.GetValueOrDefault(server.Key) is { } standing && (standing.LastFailure.At is not { } at || (now - at).Duration() < Forgiven)
            ? standing.Failures
            : 0;

    /// <summary>A server's limit that the ledger knew nothing of: as one that it knows, it is over by itself.</summary>
    public static bool IsHeldByServer(ProblemException failure) => failure.Problem.Code == AcmeProblems.RateLimited ? AcmeProblems.GateOf(failure) is { IsPause: false }
        : AcmeProblems.RetryAfterOf(failure) is not null && failure.Problem.Code == AcmeProblems.ServerInternal;

    /// <summary>Whether the daemon has to ask again: it turns to the next server once one has failed some times.</summary>
    public static bool IsOneOfSeveral(ProblemException failure, WantedCertificate? wanted, LineageState failed) =>
        wanted is { IsPatient: true, Servers.Count: > 1 } && IsServersFault(failure)
        && wanted.Servers.Any(server => !(failed.Issuers.GetValueOrDefault(server.Key)?.Failures >= Patience));
}
