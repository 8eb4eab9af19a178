namespace Berth.Doctor;

/// <summary>One thing that was looked at.</summary>
/// <param name="Grade">How it stands.</param>
/// <param name="Text">What was found, one line.</param>
/// <param name="Remedy">What to do; null when nothing is.</param>
internal sealed record Finding(FindingGrade Grade, string Text, string? Remedy = null)
{
    public static Finding Ok(string text) => new(FindingGrade.Ok, text);

    public static Finding Warn(string text, string remedy) => new(FindingGrade.Warn, text, remedy);

    public static Finding Fail(string text, string remedy) => new(FindingGrade.Fail, text, remedy);
}
