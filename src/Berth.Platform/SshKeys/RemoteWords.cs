using System.Text;
using Berth.Kernel;

namespace Berth.Platform.SshKeys;

/// <summary>
/// Reads a command line that came over SSH as words, without a shell: blanks separate; single quotes keep all, double quotes all but a
/// backslash before <c>"</c> or <c>\</c>; a backslash outside keeps the next character. Nothing is expanded, run or redirected.
/// </summary>
public static class RemoteWords
{
    /// <summary>The longest command line taken; sshd itself takes no more than 256 KiB in a packet.</summary>
    public const int LengthLimit = 256 * 1024;

    /// <exception cref="ProblemException">A quote is left open, or it is too long.</exception>
    public static IReadOnlyList<string> Split(string line)
    {
        if (line.Length > LengthLimit)
        {
            throw SshKeyProblems.Unreadable(line, $"it is longer than {LengthLimit} characters").AsException();
        }

        var words = new List<string>();
        StringBuilder? word = null;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] is ' ' or '\t' or '\n' or '\r')
            {
                Finish(words, ref word);
                continue;
            }

            word ??= new StringBuilder();
            i = line[i] switch
            {
                '\'' => TakeSingle(line, i, word),
                '"' => TakeDouble(line, i, word),
                '\\' => TakeEscaped(line, i, word),
                _ => TakePlain(line, i, word),
            };
        }

        Finish(words, ref word);
        return words;
    }

    private static void Finish(List<string> words, ref StringBuilder? word)
    {
        if (word is not null)
        {
            words.Add(word.ToString());
            word = null;
        }
    }

    private static int TakePlain(string line, int at, StringBuilder word)
    {
        word.Append(line[at]);
        return at;
    }

    private static int TakeEscaped(string line, int at, StringBuilder word)
    {
        if (at + 1 == line.Length)
        {
            throw SshKeyProblems.Unreadable(line, "a backslash ends it").AsException();
        }

        word.Append(line[at + 1]);
        return at + 1;
    }

    private static int TakeSingle(string line, int at, StringBuilder word)
    {
        var end = line.IndexOf('\'', at + 1);
        if (end < 0)
        {
            throw SshKeyProblems.Unreadable(line, "a ' is left open").AsException();
        }

        word.Append(line, at + 1, end - at - 1);
        return end;
    }

    private static int TakeDouble(string line, int at, StringBuilder word)
    {
        for (var i = at + 1; i < line.Length; i++)
        {
            switch (line[i])
            {
                case '"':
                    return i;
                case '\\' when i + 1 < line.Length && line[i + 1] is '"' or '\\':
                    word.Append(line[++i]);
                    break;
                default:
                    word.Append(line[i]);
                    break;
            }
        }

        throw SshKeyProblems.Unreadable(line, "a \" is left open").AsException();
    }
}
