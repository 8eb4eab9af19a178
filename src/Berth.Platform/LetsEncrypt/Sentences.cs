using System.Text.RegularExpressions;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Makes what was found a part of a longer text.</summary>
public static partial class Sentences
{
    // How an app is called in what is kept of it.
    private const string AnyName = "<app>";

    // The contract's own first word of a line.
    private const string Mark = "ERROR: ";

    /// <summary>What was found, to stand behind other words.</summary>
    public static string Inside(string found) => found.StartsWith(Mark, StringComparison.Ordinal) ? found[Mark.Length..] : found;

    /// <summary>A sentence with one mark at its end.</summary>
    public static string Ended(string text) => text.Length > 0 && text[^1] is '.' or '!' or '?' ? text : text + ".";

    /// <summary>The first of some names, and how many more there are.</summary>
    public static string Some(IReadOnlyCollection<string> names, int most) =>
        $"{string.Join(", ", names.Take(most))}{(names.Count > most ? $" and {names.Count - most} more" : "")}";

    /// <summary>What was found of a name, which it may begin with.</summary>
    public static string OfName(string name, string words) => words.StartsWith(name + ":", StringComparison.Ordinal) ? words : $"{name}: {words}";

    /// <summary>What to do about a failure, told later than to whoever ran the command, and of a daemon's that nobody ran.</summary>
    public static string Standing(string remedy, AppName app) =>
        Standing(remedy, app.Text);

    /// <summary>The same with the command that tries again, where nobody does by itself.</summary>
    public static string ThenByHand(string remedy, AppName app) => Standing(remedy, app) is var standing && standing.Contains($"letsencrypt:enable {app}", StringComparison.Ordinal)
        ? standing
        : $"{Ended(standing)} Then `berth letsencrypt:enable {app}`.";

    /// <summary>The same where the daemon does by itself what is to be done once a wait is over.</summary>
    internal static string ByItself(string remedy) => remedy.Replace(", then run the command again", "; the daemon asks again by itself", StringComparison.Ordinal);

    /// <summary>As <see cref="Standing(string, AppName)"/>, of any app: to be kept, and told as <see cref="Told"/> tells it.</summary>
    internal static string Standing(string remedy) => Standing(remedy, AnyName);

    private static string Standing(string remedy, string app) =>
        remedy.Replace("run the command again", $"run `berth letsencrypt:enable {app}`", StringComparison.Ordinal)
            .Replace("Run the command again", $"Run `berth letsencrypt:enable {app}`", StringComparison.Ordinal);

    /// <summary>Words about an app, to be kept: it may be called otherwise when they are told.</summary>
    internal static string Kept(string words, AppName app) => Renamed(words, app.Text, AnyName);

    /// <summary>Words that were kept, with the app's present name in their commands.</summary>
    internal static string Told(string words, AppName app) => Renamed(words, AnyName, app.Text);

    private static string Renamed(string words, string from, string to) =>
        CommandsFirstWord().Replace(words, word => word.Value == from ? to : word.Value);

    [GeneratedRegex(@"(?<=`(?:sudo )?berth [a-z0-9:-]+ )[^\s`]+")]
    private static partial Regex CommandsFirstWord();
}
