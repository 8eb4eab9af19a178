using System.Security.Cryptography;
using Berth.Acme.Protocol;

namespace Berth.Acme.Issuing;

/// <summary>An order under way with what the server last said about it.</summary>
/// <param name="Pending">As in the journal; its order URL is known.</param>
/// <param name="Order">As read from the server; null when the certificate is in the journal already.</param>
/// <param name="Key">The journal's, where it is at hand: it takes a while to read. Whoever finishes the order disposes it.</param>
internal sealed record OpenOrder(PendingOrder Pending, Order? Order, AsymmetricAlgorithm? Key = null)
{
    /// <summary>Whether another takes its place where it has come to nothing by now. One of the future was placed while the clock was ahead: nobody knows when.</summary>
    internal static bool IsOld(PendingOrder pending, AcmeClient client) => AgeOf(pending, client)?.Duration() > client.Options.OrderLifetime;

    internal static TimeSpan? AgeOf(PendingOrder pending, AcmeClient client) => client.Time.GetUtcNow() - pending.OrderedAt;
}
