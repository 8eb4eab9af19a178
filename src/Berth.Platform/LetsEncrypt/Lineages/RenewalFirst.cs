using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>Whether the daemon's next attempt for a certificate that is due renews it as it is, and lets names wait that are to be on it besides: see <see cref="NamesThatWait"/>.</summary>
internal static class RenewalFirst
{
    // One attempt may wait five minutes for names and five for the certificate at each server, and longer for DNS.
    internal static readonly TimeSpan Ahead = TimeSpan.FromMinutes(15);

    /// <param name="wants">What is to be on it.</param>
    /// <param name="stored">What there is of it.</param>
    /// <param name="renewal">When it is due.</param>
    /// <param name="now">The present.</param>
    public static bool Is(LineageWants wants, LineageStored stored, DateTimeOffset renewal, DateTimeOffset now)
    {
        var isEnding = NearEnd.Is(stored, renewal, now, Ahead);
        return stored.Besides(wants.Names) is { Count: > 0 } more && !(stored.Order is { } open && GoesOn(open, wants, more, isEnding))
            && (isEnding ? IsTurn(stored, now) : stored.State is { FailedWithMore: true, LastFailure: not null });
    }

    // Every other time; an order with them could outlast its last minutes.
    private static bool IsTurn(LineageStored stored, DateTimeOffset now) =>
        !stored.State.BeganWithoutMore || (stored.InService!.NotAfter - now is var left && left > TimeSpan.Zero && left < 2 * OrderRequests.LeastTime);

    // One without them; or one whose certificate is there, or may be issued while there is time.
    private static bool GoesOn(PendingOrder open, LineageWants wants, IReadOnlyList<DomainName> more, bool isEnding) =>
        wants.Servers.Contains(open.DirectoryUrl)
        && (!more.Any(name => open.Names.Contains(name.Text)) || open.Stage == OrderStage.Downloaded || (open.Stage == OrderStage.Finalizing && !isEnding));
}
