using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>Whether the daemon's next attempt for a certificate that is due renews it as it is, and lets names wait that are to be on it besides: see <see cref="NamesThatWait"/>.</summary>
internal static class RenewalFirst
{
    /// <param name="wants">What is to be on it.</param>
    /// <param name="stored">What there is of it.</param>
    /// <param name="renewal">When it is due.</param>
    /// <param name="now">The present.</param>
    public static bool Is(LineageWants wants, LineageStored stored, DateTimeOffset renewal, DateTimeOffset now)
    {
        var (more, isEnding) = (stored.Besides(wants.Names), NearEnd.Is(stored, renewal, now));
        var open = stored.Order is { OrderUrl: not null } order && wants.Servers.Contains(order.DirectoryUrl) ? order : null;
        return more.Count > 0 && !Keeps(open, stored, wants.Names, isEnding) && !KeepsWithout(open, stored, wants.Names, more, isEnding, now)
            && (isEnding ? IsTurn(stored, now) : stored.State is { FailedWithMore: true, LastFailure: not null });
    }

    /// <summary>Near the end it is so every other time, and in its last minutes, which an order with them could outlast.</summary>
    public static bool IsTurn(LineageStored stored, DateTimeOffset now) =>
        !stored.State.BeganWithoutMore || (stored.InService is { NotAfter: var end } && end > now && end - now < 2 * OrderRequests.LeastTime);

    /// <summary>
    /// Whether an order for all of them is gone on with whatever has failed: its certificate is there, or may be issued and there is time to ask for it, or
    /// it has lost the new names on its way.
    /// </summary>
    public static bool Keeps(PendingOrder? open, LineageStored stored, IReadOnlyList<DomainName> names, bool isEnding) => open?.IsFor(Texts(names)) == true
        && (open.Stage == OrderStage.Downloaded
            || (open.Stage == OrderStage.Finalizing && !isEnding)
            || !stored.Missing(names).Any(name => open.Names.Contains(name.Text)));

    /// <summary>Likewise one without some: near the end a slow server has half of what the certificate has left to decide their names, and all of it to issue; then it is asked for another.</summary>
    public static bool KeepsWithout(PendingOrder? open, LineageStored stored, IReadOnlyList<DomainName> names, IReadOnlyList<DomainName> some, bool isEnding, DateTimeOffset now) =>
        open?.IsFor(Texts(names.Except(some))) == true
        && !(isEnding && open.Stage < OrderStage.Finalizing && stored.InService?.NotAfter is { } end && end > now && now - open.OrderedAt > (end - open.OrderedAt) / 2);

    private static string[] Texts(IEnumerable<DomainName> names) => [.. names.Select(name => name.Text)];
}
