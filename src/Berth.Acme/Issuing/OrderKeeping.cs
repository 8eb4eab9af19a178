using System.Runtime.ExceptionServices;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>
/// Keeps an order through failures that say nothing of it: a server that is away, a proxy that refuses before its authority is asked, one of several
/// machines that has not heard of it yet. Where nothing else comes for long, another order takes its place.
/// </summary>
internal sealed class OrderKeeping(AcmeClient client, IOrderJournal journal)
{
    /// <summary>What an authority says of an order that it does not know, or not yet.</summary>
    internal const int NotFound = 404;

    // By then all machines of an authority have heard of an order. One that has lost it, as a testing one at its restart, says the same.
    private static readonly TimeSpan Lag = TimeSpan.FromHours(1);

    // Who asks again and again does so once a day at least.
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(36);

    /// <param name="failure">What came of the order.</param>
    /// <param name="pending">The order.</param>
    /// <param name="isFinalized">Whether the certificate may be issued by now: to give it up costs one of few.</param>
    internal bool IsPassing(Exception failure, PendingOrder pending, bool isFinalized) => failure switch
    {
        AcmeRefusalException { IsTransient: true } => true,
        AcmeRefusalException { Response.Status: NotFound } => isFinalized && FailingFor(pending) < Lag,
        AcmeRefusalException refusal => refusal.Type is null,
        ProblemException { Problem.Code: var code } => AcmeProblems.IsTransient(code),
        _ => false,
    };

    /// <summary>Throws a passing failure. Returns where there were no others for long: where the server answers at all, it is this order that it does not answer for.</summary>
    internal async Task ThrowUnlessOverAsync(Exception failure, PendingOrder pending, CancellationToken cancel)
    {
        if (FailingFor(pending) > client.Options.OrderLifetime)
        {
            await client.Connection.AskDirectoryAsync(cancel);
            return;
        }

        await NoteAsync(pending, cancel);
        ExceptionDispatchInfo.Throw(failure is AcmeRefusalException { IsTransient: false } refusal ? Told(refusal) : failure);
    }

    // A time of the future was noted while the clock was ahead: nobody knows when. A machine that was away has asked for nothing.
    private TimeSpan FailingFor(PendingOrder pending) => WasAway(pending) ? TimeSpan.Zero : SinceOrZero(pending.FailingSince);

    private bool WasAway(PendingOrder pending) => SinceOrZero(pending.FailedAt) > LongestPause;

    private TimeSpan SinceOrZero(DateTimeOffset? time) => (client.Time.GetUtcNow() - time)?.Duration() ?? TimeSpan.Zero;

    private async Task NoteAsync(PendingOrder pending, CancellationToken cancel)
    {
        var now = client.Time.GetUtcNow();
        try
        {
            await journal.SaveAsync(pending with { FailingSince = WasAway(pending) ? now : pending.FailingSince ?? now, FailedAt = now }, cancel);
        }
        catch (ProblemException)
        {
            // The next failure is the first that counts.
        }
    }

    private static ProblemException Told(AcmeRefusalException refusal)
    {
        var words = refusal.Document.Detail is null ? "" : $": {AcmeProblems.WordsOf(refusal.Document)}";
        return AcmeProblems.BadResponse(refusal.Response.Url, $"is status {refusal.Response.Status}{words}").AsException(refusal);
    }
}
