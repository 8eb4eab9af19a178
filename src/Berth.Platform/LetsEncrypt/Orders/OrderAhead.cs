using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>What will befall an app's next order, as far as is known before it is tried.</summary>
/// <param name="Wanted">What it will be for; null where nothing can be ordered as things are.</param>
/// <param name="Asked">The server; null where nothing can be ordered, or an order is under way.</param>
/// <param name="Shut">What holds it back at any server, and its own attempts have not met yet.</param>
/// <param name="Step">The next step, put off where one of those holds it back.</param>
public sealed record OrderAhead(WantedCertificate? Wanted, ServerToAsk? Asked, IReadOnlyList<LineageGate> Shut, LineageStep Step);
