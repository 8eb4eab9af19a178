namespace Berth.Platform.Completion;

/// <summary>A word that could stand where the cursor is.</summary>
/// <param name="Word">The whole word, beginning with what was typed.</param>
/// <param name="Summary">What it does, for shells that show it; may be empty.</param>
public sealed record Candidate(string Word, string Summary = "");
