namespace Berth.Acme.Challenges;

/// <summary>What is known about proving one name.</summary>
/// <param name="Worked">The challenge type of the last success.</param>
/// <param name="Failures">Challenge type → failures since then.</param>
internal sealed record ProofMemory(string? Worked, IReadOnlyDictionary<string, int> Failures);
