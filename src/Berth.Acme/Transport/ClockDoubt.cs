using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Transport;

/// <summary>
/// Whose fault it is that a server's TLS certificate is not valid now: this machine's clock's, or the server's that let it lapse. The server is asked
/// what time it is, over a connection that looks at everything but dates, and then looked at as if it were that time: where its certificate is valid
/// then, one of the two clocks is wrong; where it is not, no clock explains it. Nothing but the time goes over either connection.
/// </summary>
internal sealed class ClockDoubt(Func<DateTimeOffset?, HttpClient> asOf, ServerClock clock, TimeSpan patience, TimeProvider time)
{
    /// <returns>Null when the server does not say what time it is, or cannot be trusted for other reasons as well.</returns>
    internal async Task<Problem?> JudgeAsync(Uri target, CancellationToken cancel)
    {
        if (await AskAsync(target, null, cancel) is not { IsValid: true, Date: { } told })
        {
            return null;
        }

        var now = time.GetUtcNow();
        switch ((await AskAsync(target, told, cancel))?.IsValid)
        {
            case true:
                clock.Observe(told);
                return AcmeProblems.WrongClock(target.Authority, now, told);
            case false:
                // What it says of the time counts for nothing then.
                return AcmeProblems.HasLapsed(target.Authority, now, told);
            default:
                return null;
        }
    }

    /// <returns>Whether its certificate is valid at the time, any time where none is given, and its <c>Date</c>; null where that cannot be found out.</returns>
    private async Task<(bool IsValid, DateTimeOffset? Date)?> AskAsync(Uri target, DateTimeOffset? at, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            using var http = asOf(at);
            using var question = new HttpRequestMessage(HttpMethod.Head, new Uri(target, "/"));
            using var answer = await http.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var isDate = answer.Headers.NonValidated.TryGetValues("Date", out var dates) & RetryAfter.TryParseDate(dates.FirstOrDefault(), out var told);
            return (true, isDate ? told : null);
        }
        catch (HttpRequestException e) when (TransportProblems.IsOfDates(e))
        {
            return (false, null);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            cancel.ThrowIfCancellationRequested();
            return null;
        }
    }
}
