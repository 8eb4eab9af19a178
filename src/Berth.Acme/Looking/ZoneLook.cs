namespace Berth.Acme.Looking;

/// <summary>Who answers for a name.</summary>
/// <param name="Zone">The apex of its zone; null when no resolver told.</param>
/// <param name="Servers">The zone's name servers.</param>
public sealed record ZoneLook(string? Zone, IReadOnlyList<ServerLook> Servers);
