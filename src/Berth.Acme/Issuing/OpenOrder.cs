using System.Security.Cryptography;
using Berth.Acme.Protocol;

namespace Berth.Acme.Issuing;

/// <summary>An order under way with what the server last said about it.</summary>
/// <param name="Pending">As in the journal; its order URL is known.</param>
/// <param name="Order">As read from the server; null when the certificate is in the journal already.</param>
/// <param name="Key">The journal's, where it is at hand: it takes a while to read. Whoever finishes the order disposes it.</param>
/// <param name="IsResumed">Whether an earlier run began it, which may have left answers behind.</param>
internal sealed record OpenOrder(PendingOrder Pending, Order? Order, AsymmetricAlgorithm? Key = null, bool IsResumed = false);
