using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>A notice in its turn, and how often it was tried in vain.</summary>
internal sealed class PendingNotice(AppName app, WaitingNotice waiting)
{
    // The last one over and over, for as long as a notice is news.
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    private TimeSpan _pause;

    public AppName App => app;

    public WaitingNotice Waiting { get; private set; } = waiting;

    public int Failures { get; private set; }

    /// <summary>When it was tried last, by a clock that nobody sets: who was never tried comes first.</summary>
    public long TriedAt { get; private set; } = long.MinValue;

    /// <summary>The settings it was tried with last; null where they could not be read.</summary>
    public string? Tried { get; set; }

    /// <summary>Whether what it met last is met by all that goes there.</summary>
    public bool HoldsPlace { get; private set; }

    /// <summary>Whether it keeps failing: its owner is told that, once.</summary>
    public bool IsToBeToldOf => Failures == Pauses.Length - 1;

    /// <param name="why">What was found.</param>
    /// <param name="holdsPlace">See <see cref="HoldsPlace"/>.</param>
    /// <param name="time">The clock.</param>
    public void Failed(string why, bool holdsPlace, TimeProvider time)
    {
        HoldsPlace = holdsPlace;
        (TriedAt, _pause) = (time.GetTimestamp(), Pauses[Math.Min(Failures, Pauses.Length - 1)]);
        Waiting = Waiting with { Failed = why, Again = time.GetUtcNow() + _pause };
        Failures++;
    }

    /// <summary>How long it is left alone yet.</summary>
    public TimeSpan Left(TimeProvider time) => Failures == 0 ? TimeSpan.Zero : _pause - time.GetElapsedTime(TriedAt);
}
