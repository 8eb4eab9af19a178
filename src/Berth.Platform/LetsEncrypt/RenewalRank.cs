namespace Berth.Platform.LetsEncrypt;

/// <summary>Where one that is due stands among others: the least goes first.</summary>
/// <param name="CanWait">Whether nobody is worse off meanwhile: there is no certificate yet, or it is good and is to carry more.</param>
/// <param name="Expires">When the one in service does.</param>
/// <param name="Server">Whom it will ask first.</param>
internal readonly record struct RenewalRank(bool CanWait, DateTimeOffset Expires, string Server) : IComparable<RenewalRank>
{
    /// <summary>Whether the last attempt failed: many that keep failing, each for long, would take every turn from those that nothing is wrong with.</summary>
    public bool HasFailed { get; init; }

    /// <summary>Whether some turns are kept from it.</summary>
    public bool Yields => CanWait || HasFailed;

    public int CompareTo(RenewalRank other) => (CanWait, Expires).CompareTo((other.CanWait, other.Expires));
}
