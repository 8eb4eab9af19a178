using Berth.Kernel;

namespace Berth.Acme.Transport;

/// <summary>
/// Tries a request again when that is safe and soon: a short wait the CA asked for, or a broken exchange that changes nothing.
/// Everything longer is the scheduler's business.
/// </summary>
internal sealed class Patience(AcmeClientOptions options, TimeProvider time)
{
    private const int Attempts = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    /// <param name="repeatable">True when sending it twice is the same as sending it once.</param>
    /// <param name="send">One exchange.</param>
    /// <param name="cancel">Ends exchange and waits.</param>
    internal async Task<AcmeResponse> RunAsync(
        bool repeatable, Func<CancellationToken, Task<AcmeResponse>> send, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                return await send(cancel);
            }
            catch (Exception e) when (attempt < Attempts && PauseAfter(e, repeatable, attempt) is not null)
            {
                pause = PauseAfter(e, repeatable, attempt)!.Value;
            }

            await Task.Delay(pause, time, cancel);
        }
    }

    private TimeSpan? PauseAfter(Exception failure, bool repeatable, int attempt)
    {
        var backoff = FirstPause * (1 << (attempt - 1));
        return failure switch
        {
            AcmeRefusalException { Response: { Status: 429 or 503, RetryAfter: { } wait } } =>
                wait <= options.ShortWait ? Max(wait, backoff) : null,
            AcmeRefusalException { Response.Status: >= 500 } when repeatable => backoff,
            ProblemException { Problem.Code: var code } when repeatable && IsBrokenExchange(code) => backoff,
            _ => null,
        };
    }

    // A refused or untrusted server stays so for a while; a lost connection need not.
    private static bool IsBrokenExchange(ProblemCode code) =>
        code == AcmeProblems.ServerUnreachable || code == AcmeProblems.ResponseInvalid;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
