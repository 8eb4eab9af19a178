using Berth.Kernel;

namespace Berth.Acme.Transport;

/// <summary>
/// Whose fault it is that a server's TLS certificate is not valid now: the clock's, or the server's that let it lapse. The server's own
/// <c>Date</c> decides, over a connection that looks at everything but dates and carries nothing else.
/// </summary>
internal sealed class ClockDoubt(HttpClient datesAside, ServerClock clock, TimeSpan patience, TimeProvider time)
{
    // Authorities date certificates back by an hour for clocks that are somewhat off.
    private static readonly TimeSpan Notable = TimeSpan.FromHours(1);

    /// <returns>Null when the server does not say what time it is, or cannot be trusted for other reasons as well.</returns>
    internal async Task<Problem?> JudgeAsync(Uri target, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return await SkewAtAsync(target, cancel) is not { } skew ? null
            : skew.Duration() > Notable ? AcmeProblems.WrongClock(target.Authority, now, now + skew)
            : AcmeProblems.HasLapsed(target.Authority);
    }

    private async Task<TimeSpan?> SkewAtAsync(Uri target, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            using var question = new HttpRequestMessage(HttpMethod.Head, new Uri(target, "/"));
            using var answer = await datesAside.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return answer.Headers.NonValidated.TryGetValues("Date", out var dates) && clock.Observe(dates.FirstOrDefault()) ? clock.Skew : null;
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            cancel.ThrowIfCancellationRequested();
            return null;
        }
    }
}
