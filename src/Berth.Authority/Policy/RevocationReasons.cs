namespace Berth.Authority.Policy;

/// <summary>Decides which CRL reasons a subscriber may give (RFC 5280 §5.3.1, RFC 8555 §7.6).</summary>
internal static class RevocationReasons
{
    internal const int KeyCompromise = 1;

    /// <exception cref="Rejection">badRevocationReason, with the list of what is accepted.</exception>
    internal static int Accept(int? reason) => reason switch
    {
        null => 0,
        0 or KeyCompromise or 3 or 4 or 5 => reason.Value,
        _ => throw Reject.BadRevocationReason(
            $"The reason {reason} is not for subscribers; accepted are 0 unspecified, 1 keyCompromise, "
            + "3 affiliationChanged, 4 superseded and 5 cessationOfOperation."),
    };
}
