using System.Collections.Immutable;
using System.Text;

namespace Berth.Platform.Processes.Commands;

/// <summary>Gives variables their values and splits the result into fields (XCU §2.6.5, with the default IFS).</summary>
internal static class WordExpansion
{
    private static readonly char[] Separators = [' ', '\t', '\n'];

    /// <returns>No field for an unquoted variable that is empty, several for one that holds spaces.</returns>
    public static IEnumerable<string> Fields(ImmutableArray<WordPart> word, IReadOnlyDictionary<string, string> environment)
    {
        StringBuilder? field = null;
        foreach (var (text, splits) in Segments(word, environment))
        {
            var pieces = splits ? text.Split(Separators) : [text];
            for (var i = 0; i < pieces.Length; i++)
            {
                if (i > 0 && field is not null)
                {
                    yield return field.ToString();
                    field = null;
                }

                if (pieces[i].Length > 0 || !splits)
                {
                    field = (field ?? new StringBuilder()).Append(pieces[i]);
                }
            }
        }

        if (field is not null)
        {
            yield return field.ToString();
        }
    }

    /// <summary>The value as one piece of text, as in an assignment (XCU §2.9.1).</summary>
    public static string Text(ImmutableArray<WordPart> word, IReadOnlyDictionary<string, string> environment) =>
        string.Concat(Segments(word, environment).Select(segment => segment.Text));

    private static IEnumerable<(string Text, bool Splits)> Segments(
        ImmutableArray<WordPart> word, IReadOnlyDictionary<string, string> environment)
    {
        foreach (var part in word)
        {
            if (part is LiteralPart literal)
            {
                yield return (literal.Text, !literal.Quoted);
                continue;
            }

            var variable = (VariablePart)part;
            if (environment.TryGetValue(variable.Name, out var value) && !(value.Length == 0 && variable.AlsoWhenEmpty))
            {
                yield return (value, !variable.Quoted);
                continue;
            }

            if (variable.Quoted)
            {
                yield return ("", false);
            }

            foreach (var segment in Segments(variable.Otherwise, environment))
            {
                yield return segment;
            }
        }
    }
}
