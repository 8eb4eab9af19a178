using System.Net;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>What came of asking one address for the one-time token.</summary>
/// <param name="Address">Who was asked.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Said">The answer's status and server, or the system's words; printable.</param>
/// <param name="InFront">The network that answered in the name of others; null for none that is known.</param>
internal sealed record Visit(IPAddress Address, VisitOutcome Outcome, string Said, string? InFront);
