namespace Berth.Acme.Looking;

/// <summary>The CAA records that hold for a name (RFC 8659 §3): those of the closest name upwards that has any.</summary>
/// <param name="Outcome">Found; NoRecords when no name up to the top has any; else why it is not known.</param>
/// <param name="At">Where they stand, or where the question failed; empty otherwise.</param>
/// <param name="Properties">The records.</param>
public sealed record CaaLook(LookOutcome Outcome, string At, IReadOnlyList<CaaProperty> Properties);
