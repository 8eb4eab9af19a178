namespace Berth.Acme.Challenges;

/// <summary>What is known about proving one name.</summary>
/// <param name="Worked">The challenge type of the last success.</param>
/// <param name="Failures">Challenge type → failures since then that the CA has seen.</param>
/// <param name="Unseen">Challenge type → failures since then of which the CA has seen nothing; null for none.</param>
internal sealed record ProofMemory(string? Worked, IReadOnlyDictionary<string, int> Failures, IReadOnlyDictionary<string, int>? Unseen = null)
{
    public int FailuresOf(string type) => Failures.GetValueOrDefault(type) + (Unseen?.GetValueOrDefault(type) ?? 0);
}
