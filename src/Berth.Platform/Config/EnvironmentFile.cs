using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Berth.Platform.Config;

/// <summary>
/// Reads and writes dotenv files: <c>KEY=value</c>, <c>KEY="value"</c> with backslash escapes, <c>KEY='value'</c> as it is,
/// <c>export</c> in front, comments. What it writes, Dokku reads.
/// </summary>
public static class EnvironmentFile
{
    /// <summary>Lines that are no assignment are passed over: a hand-edited file does not take an app down.</summary>
    public static ImmutableSortedDictionary<string, string> Parse(string text) => Parse(text, static _ => { });

    /// <param name="text">The file.</param>
    /// <param name="passedOver">Told the number, from 1, of each line that is no assignment.</param>
    public static ImmutableSortedDictionary<string, string> Parse(string text, Action<int> passedOver)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            rest = rest.TrimStart(" \t\r\n");
            if (rest.StartsWith('#'))
            {
                rest = AfterLine(rest);
                continue;
            }

            if (rest.StartsWith("export ") || rest.StartsWith("export\t"))
            {
                rest = rest[7..].TrimStart(" \t");
            }

            if (rest.IsEmpty)
            {
                break;
            }

            var at = text.Length - rest.Length;
            rest = TakeAssignment(rest, values, out var taken);
            if (!taken)
            {
                passedOver(1 + text.AsSpan(0, at).Count('\n'));
            }
        }

        return values.ToImmutable();
    }

    /// <returns>Sorted <c>KEY="value"</c> lines, each with a line end; whole numbers stand without quotes.</returns>
    public static string Format(IReadOnlyDictionary<string, string> values)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(key).Append('=');
            _ = IsNumber(value) ? text.Append(value).Append('\n') : text.Append('"').Append(Escape(value)).Append("\"\n");
        }

        return text.ToString();
    }

    // As the reader and writer of Dokku's have it; 007 is no number, or its zeros would be lost.
    private static bool IsNumber(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && value == number.ToString(CultureInfo.InvariantCulture);

    private static ReadOnlySpan<char> TakeAssignment(
        ReadOnlySpan<char> rest, ImmutableSortedDictionary<string, string>.Builder values, out bool taken)
    {
        taken = false;
        var lineEnd = rest.IndexOf('\n');
        var line = lineEnd < 0 ? rest : rest[..lineEnd];
        var equals = line.IndexOf('=');
        if (equals <= 0)
        {
            return AfterLine(rest);
        }

        var key = line[..equals].Trim().ToString();
        var after = rest[(equals + 1)..].TrimStart(" \t");
        var (value, left) = after switch
        {
            ['\'', ..] when after[1..].Contains('\'') => TakeSingle(after[1..]),
            ['"', ..] when ClosingQuote(after[1..]) >= 0 => TakeDouble(after[1..]),
            _ => TakeBare(after),
        };
        if (ConfigKey.IsValid(key))
        {
            values[key] = value;
            taken = true;
        }

        return left;
    }

    private static Taken TakeSingle(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('\'');
        return new Taken(text[..end].ToString(), AfterLine(text[(end + 1)..]));
    }

    private static Taken TakeDouble(ReadOnlySpan<char> text)
    {
        var end = ClosingQuote(text);
        var value = new StringBuilder(end);
        for (var i = 0; i < end; i++)
        {
            value.Append(text[i] != '\\' || i + 1 == end ? text[i] : text[++i] switch
            {
                'n' => '\n',
                'r' => '\r',
                var escaped => escaped,
            });
        }

        return new Taken(value.ToString(), AfterLine(text[(end + 1)..]));
    }

    private static Taken TakeBare(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('\n');
        var line = end < 0 ? text : text[..end];
        var comment = line.IndexOf(" #");
        return new Taken((comment < 0 ? line : line[..comment]).Trim().ToString(), AfterLine(text));
    }

    private static int ClosingQuote(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return i;
            }
        }

        return -1;
    }

    private static ReadOnlySpan<char> AfterLine(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('\n');
        return end < 0 ? [] : text[(end + 1)..];
    }

    private static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length);
        foreach (var c in value)
        {
            _ = c switch
            {
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\\' or '"' or '!' or '$' or '`' => escaped.Append('\\').Append(c),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    private readonly ref struct Taken(string value, ReadOnlySpan<char> left)
    {
        private readonly string _value = value;
        private readonly ReadOnlySpan<char> _left = left;

        public void Deconstruct(out string value, out ReadOnlySpan<char> left)
        {
            value = _value;
            left = _left;
        }
    }
}
