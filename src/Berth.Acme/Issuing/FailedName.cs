namespace Berth.Acme.Issuing;

/// <summary>Why one name of an order got no certificate.</summary>
/// <param name="Name">As ordered, with its wildcard label.</param>
/// <param name="Code">The problem's stable code, such as <c>acme-validation-dns</c>.</param>
/// <param name="Words">What was found, printable.</param>
/// <param name="ChallengeType">The challenge that failed, where one did.</param>
public sealed record FailedName(string Name, string Code, string Words, string? ChallengeType = null);
