using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>
/// Refusals of an order under way that say nothing of the order: a proxy's, before its authority is asked, or one of several machines that has not
/// heard of it yet. The order is kept, until it is old.
/// </summary>
internal static class MayPass
{
    private const int NotFound = 404;

    // By then all machines of an authority have heard of an order. One that has lost it, as a testing one at its restart, says the same.
    private static readonly TimeSpan Lag = TimeSpan.FromHours(1);

    /// <param name="refusal">What was answered.</param>
    /// <param name="isFinalized">Whether the certificate may be issued by now: to give it up costs one of few.</param>
    /// <param name="age">The order's; null where it is not known.</param>
    internal static bool Is(AcmeRefusalException refusal, bool isFinalized, TimeSpan? age) =>
        !refusal.IsTransient && (refusal.Response.Status == NotFound ? isFinalized && age?.Duration() < Lag : refusal.Type is null);

    internal static ProblemException Told(AcmeRefusalException refusal) =>
        AcmeProblems.BadResponse(refusal.Response.Url, $"is status {refusal.Response.Status}, and {AcmeProblems.WordsOf(refusal.Document)}").AsException(refusal);
}
