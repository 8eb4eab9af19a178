using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Makes what was found a part of a longer text.</summary>
public static class Sentences
{
    // The contract's own first word of a line.
    private const string Mark = "ERROR: ";

    /// <summary>What was found, to stand behind other words.</summary>
    public static string Inside(string found) => found.StartsWith(Mark, StringComparison.Ordinal) ? found[Mark.Length..] : found;

    /// <summary>A sentence with one mark at its end.</summary>
    public static string Ended(string text) => text.Length > 0 && text[^1] is '.' or '!' or '?' ? text : text + ".";

    /// <summary>What was found of a name, which it may begin with.</summary>
    public static string OfName(string name, string words) => words.StartsWith(name + ":", StringComparison.Ordinal) ? words : $"{name}: {words}";

    /// <summary>What to do about a failure, told later than to whoever ran the command, and of a daemon's that nobody ran.</summary>
    public static string Standing(string remedy, AppName app) =>
        remedy.Replace("run the command again", $"run `berth letsencrypt:enable {app}`", StringComparison.Ordinal);
}
