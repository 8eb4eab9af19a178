using System.Text;
using Berth.Kernel;

namespace Berth.Platform.DockerOptions;

/// <summary>
/// The words of an option as a shell would part them, with nothing expanded: quotes and backslashes say where a word ends, while
/// <c>$NAME</c>, <c>$(…)</c> and backticks stay the text they are. What is stored is quoted so that parting it again gives the same words.
/// </summary>
public static class OptionWords
{
    /// <summary>The longest text of options, in characters.</summary>
    public const int LengthLimit = 32 * 1024;

    private const string NeedQuotes = " \t\"'$`\\*?[]<>|&;(){}!#~";

    /// <exception cref="ProblemException">Quotes that are not closed, a control character, or what no word can hold unquoted.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        if (text.Length > LengthLimit)
        {
            throw DockerOptionProblems.Invalid($"it is longer than {LengthLimit} characters").AsException();
        }

        var at = text.AsSpan().IndexOfAnyInRange('\0', '\x08');
        at = at >= 0 ? at : text.AsSpan().IndexOfAnyInRange('\x0a', '\x1f');
        return at < 0
            ? new OptionWordReader(text).ReadAll()
            : throw DockerOptionProblems.Invalid($"a control character at {at + 1}").AsException();
    }

    /// <returns>The words on one line; <see cref="Parse"/> gives them back.</returns>
    public static string Format(IEnumerable<string> words) => string.Join(' ', words.Select(Quoted));

    private static string Quoted(string word)
    {
        if (word.Length == 0)
        {
            return "''";
        }

        return word.AsSpan().ContainsAny(NeedQuotes) || word.Any(char.IsWhiteSpace)
            ? new StringBuilder(word).Replace("'", "'\\''").Insert(0, '\'').Append('\'').ToString()
            : word;
    }
}
