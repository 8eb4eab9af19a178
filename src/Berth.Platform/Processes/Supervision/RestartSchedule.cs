namespace Berth.Platform.Processes.Supervision;

/// <summary>How long to wait before a program that ended is started again: arithmetic only.</summary>
internal static class RestartSchedule
{
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Staying up this long makes the next end the first again.</summary>
    public static readonly TimeSpan Recovered = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    // 1 s doubled this often is past the longest; larger exponents would only overflow.
    private const int Doublings = 9;

    /// <param name="restart">The restart in a row that comes now, from 1.</param>
    /// <param name="fraction">Chance, at least 0 and below 1: instances that fell together do not rise together.</param>
    /// <returns>None for the first; then 1 s, 2 s, 4 s … 5 min, each shortened by up to a quarter.</returns>
    public static TimeSpan DelayBefore(int restart, double fraction)
    {
        if (restart <= 1)
        {
            return TimeSpan.Zero;
        }

        var full = Shortest * Math.Pow(2, Math.Min(restart - 2, Doublings));
        return (full < Longest ? full : Longest) * (1 - (fraction / 4));
    }
}
