using System.Net;

namespace Berth.Acme.Looking;

/// <summary>Where a name leads.</summary>
/// <param name="Outcome">Found when there is an address of either family; else what was said about IPv4.</param>
/// <param name="Addresses">IPv4 first, each once.</param>
public sealed record AddressLook(LookOutcome Outcome, IReadOnlyList<IPAddress> Addresses);
