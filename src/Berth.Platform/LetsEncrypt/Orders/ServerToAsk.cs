using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>The server that is asked next.</summary>
/// <param name="Server">Which.</param>
/// <param name="Gates">What holds the order back there; none where it may go.</param>
/// <param name="AllGates">What holds it back at any of those set.</param>
public sealed record ServerToAsk(WantedServer Server, IReadOnlyList<LineageGate> Gates, IReadOnlyList<LineageGate> AllGates)
{
    /// <summary>Why not the one that would be asked if nothing held any back; null where it is that one.</summary>
    public string? PassedOver { get; init; }
}
