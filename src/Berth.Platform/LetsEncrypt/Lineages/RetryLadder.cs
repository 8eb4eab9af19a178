namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>How long to wait after a failure: 1, 10, 100 minutes, then a day, each up to a tenth longer; never less than the server asked.</summary>
public sealed class RetryLadder(Random random)
{
    private static readonly TimeSpan[] Steps =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(100), TimeSpan.FromDays(1)];

    /// <summary>The longest that a failure ever holds the next attempt back.</summary>
    public static TimeSpan Longest { get; } = Steps[^1] * 1.1;

    /// <param name="failures">Failures in a row before this one.</param>
    /// <param name="asked">What the server asked for (Retry-After); null for nothing.</param>
    public TimeSpan Wait(int failures, TimeSpan? asked)
    {
        var step = Steps[Math.Clamp(failures, 0, Steps.Length - 1)];
        var wait = step + (step * (random.NextDouble() / 10));
        return asked is { } least && least > wait ? least : wait;
    }
}
