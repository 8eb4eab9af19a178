using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>Failures of the server as a whole, or of a proxy before it, that say nothing of what was asked for, and are over soon most of the time.</summary>
internal static class Outage
{
    // One that does not answer in time has been waited for.
    internal static bool Is(Exception failure) => failure switch
    {
        AcmeRefusalException { Type: null, Response.Status: not OrderKeeping.NotFound } => true,
        AcmeRefusalException refusal => refusal.IsTransient && refusal.Type != AcmeError.UserActionRequired,
        ProblemException { Problem.Code: var code } => code == AcmeProblems.ServerRefused || code == AcmeProblems.ServerUnreachable
            || code == AcmeProblems.ServerHostUnknown || code == AcmeProblems.ResponseInvalid,
        _ => false,
    };

    /// <summary>How long the server asked to be left alone; null where it did not.</summary>
    internal static TimeSpan? WaitOf(Exception failure) => (failure as AcmeRefusalException)?.Response.RetryAfter;
}
