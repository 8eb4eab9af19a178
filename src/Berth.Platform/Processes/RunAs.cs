namespace Berth.Platform.Processes;

/// <summary>A numeric account; no supplementary groups are kept.</summary>
public sealed record RunAs(uint User, uint Group);
