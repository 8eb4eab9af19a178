namespace Berth.Acme.Limits;

/// <summary>Whether an order may go.</summary>
/// <param name="Holds">Every reason to wait; none when it may go now.</param>
public sealed record LimitVerdict(IReadOnlyList<LimitHold> Holds)
{
    /// <summary>True when nothing holds the order back.</summary>
    public bool MayGo => Holds.Count == 0;

    /// <summary>When the last of the reasons is over; null when it may go now.</summary>
    public DateTimeOffset? GoAt => Holds.Count == 0 ? null : Holds.Max(hold => hold.Until);
}
