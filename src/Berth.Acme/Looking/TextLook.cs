namespace Berth.Acme.Looking;

/// <summary>The TXT records at a name.</summary>
/// <param name="Outcome">Whether there are any, or why it is not known.</param>
/// <param name="Values">What they say, the pieces of each joined.</param>
public sealed record TextLook(LookOutcome Outcome, IReadOnlyList<string> Values);
