using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.Config;

namespace Berth.Client;

/// <summary>
/// A file that a command names as its input is read here, with the caller's rights, and sent as standard input: the daemon opens no file
/// that a caller names.
/// </summary>
internal static class NamedInput
{
    private const string Import = "config:import";
    private static readonly string[] Valued = ["--format"];

    /// <param name="words">The words as typed.</param>
    /// <param name="path">The file, or null when the command reads standard input.</param>
    /// <returns>The words to send.</returns>
    public static string[] Of(string[] words, out string? path)
    {
        path = null;
        var start = CommandAt(words, out var app);
        if (start < 0 || words[start] != Import)
        {
            return words;
        }

        var positional = Positional(words, start + 1);
        var scoped = app || words.AsSpan(start).Contains("--global");
        if (positional.Count < (scoped ? 1 : 2) || words[positional[^1]] == "-")
        {
            return words;
        }

        path = words[positional[^1]];
        return [.. words.Select((word, index) => index == positional[^1] ? "-" : word)];
    }

    /// <summary>Opens the file that <see cref="Of"/> found.</summary>
    /// <exception cref="ProblemException">It cannot be read.</exception>
    public static Stream Open(string path)
    {
        try
        {
            return PlainFile.IsPlain(path)
                ? File.OpenRead(path)
                : throw ConfigProblems.NoSource([path]).AsException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ProgramProblems.InputUnreadable(e.Message).AsException(e);
        }
    }

    private static int CommandAt(string[] words, out bool app)
    {
        app = false;
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] == "--app")
            {
                app = true;
                i++;
            }
            else if (!words[i].StartsWith("--", StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    private static List<int> Positional(string[] words, int from)
    {
        var found = new List<int>();
        for (var i = from; i < words.Length; i++)
        {
            if (Valued.Contains(words[i]))
            {
                i++;
            }
            else if (words[i] == "-" || !words[i].StartsWith('-'))
            {
                found.Add(i);
            }
        }

        return found;
    }
}
