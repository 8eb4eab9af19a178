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
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(27);

    // One bad answer says little, however long ago the first was.
    private const int LeastTimes = 3;

    /// <param name="failure">What came of the order.</param>
    /// <param name="pending">The order.</param>
    /// <param name="isFinalized">Whether the certificate may be issued by now: to give it up costs one of few.</param>
    /// <param name="isIssued">Whether it is.</param>
    internal bool IsPassing(Exception failure, PendingOrder pending, bool isFinalized, bool isIssued = false) => failure switch
    {
        AcmeRefusalException { IsTransient: true } => true,
        AcmeRefusalException { Response.Status: NotFound } => isFinalized && !IsOver(Next(pending, isNotFound: true), Lag),
        AcmeRefusalException refusal => refusal.Type is null,
        ProblemException { Problem.Code: var code } => AcmeProblems.IsTransient(code) || (isIssued && code == AcmeProblems.UrlInvalid),
        _ => false,
    };

    /// <summary>Throws a passing failure. Returns where there were no others for long: where the server answers at all, it is this order that it does not answer for.</summary>
    internal async Task ThrowUnlessOverAsync(Exception failure, PendingOrder pending, CancellationToken cancel)
    {
        var silence = Next(pending, isNotFound: failure is AcmeRefusalException { Response.Status: NotFound });
        if (IsOver(silence, client.Options.OrderLifetime))
        {
            await client.Connection.AskDirectoryAsync(cancel);
            return;
        }

        await TrySaveAsync(pending with { Silence = silence }, cancel);
        ExceptionDispatchInfo.Throw(failure switch
        {
            AcmeRefusalException { IsTransient: false } refusal => Told(refusal),

            // Its certificate is where we do not go; that may be mended there.
            ProblemException { Problem: { Code: var code } problem } when code == AcmeProblems.UrlInvalid => (problem with { Code = AcmeProblems.ResponseInvalid }).AsException(failure),
            _ => failure,
        });
    }

    private static bool IsOver(OrderSilence silence, TimeSpan limit) => silence.Times > LeastTimes && silence.LastAt - silence.Since > limit;

    // It begins anew with another answer, after a time in which nothing was asked, and where the clock was set meanwhile.
    private OrderSilence Next(PendingOrder pending, bool isNotFound)
    {
        var now = client.Time.GetUtcNow();
        return pending.Silence is { } known && known.IsNotFound == isNotFound && now >= known.LastAt && now - known.LastAt <= LongestPause
            ? known with { LastAt = now, Times = known.Times + 1 }
            : new OrderSilence(now, now, 1, isNotFound);
    }

    private async Task TrySaveAsync(PendingOrder pending, CancellationToken cancel)
    {
        try
        {
            await journal.SaveAsync(pending, cancel);
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
