using Berth.Kernel;

namespace Berth.Acme;

/// <summary>What one error type of a CA is to us.</summary>
/// <param name="Code">The problem it becomes.</param>
/// <param name="Remedy">What to do about it.</param>
internal sealed record CaError(ProblemCode Code, string Remedy);
