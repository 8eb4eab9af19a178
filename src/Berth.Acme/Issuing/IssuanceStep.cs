namespace Berth.Acme.Issuing;

/// <summary>One step of an issuance, for people who watch.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Name">The name it is about, if one.</param>
/// <param name="Detail">See the kind; printable.</param>
public sealed record IssuanceStep(IssuanceStepKind Kind, string? Name = null, string? Detail = null);
