using System.Buffers;
using System.Globalization;
using System.Text;

namespace Berth.Kernel;

/// <summary>Makes foreign text safe to print: one line, no control characters, bounded.</summary>
public static class Printable
{
    // The first half of what is not seen beyond the first plane: U+E0000 to U+E03FF.
    private const char Tags = '\udb40';

    private static readonly SearchValues<char> ColourBody = SearchValues.Create("0123456789;:");

    // C0 but line end and tab, DEL, C1, what else ends a line, the marks with which a text shows itself in another order than it is in, and
    // what is not seen at all; but not what joins letters and pictures (U+200C, U+200D).
    private static readonly SearchValues<char> Steering = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Where(c => c is not ('\n' or '\t')).Concat(Enumerable.Range(0x7f, 0x21))
            .Concat([Tags, 0x061c, 0x200b, 0x200e, 0x200f, 0xfeff]).Concat(Enumerable.Range(0x2028, 7)).Concat(Enumerable.Range(0x2060, 10)).Select(c => (char)c),
    ]);

    /// <param name="text">Anything a stranger sent.</param>
    /// <param name="limit">The longest result, in characters; the rest becomes <c>…</c>.</param>
    /// <returns>The text with control characters, line ends and marks that turn the writing direction as <c>?</c>.</returns>
    public static string Of(string text, int limit = 200)
    {
        var cut = text.Length <= limit ? text : string.Concat(text.AsSpan(0, limit), "…");
        if (!cut.AsSpan().ContainsAny(Steering) && !cut.AsSpan().ContainsAny('\n', '\t'))
        {
            return cut;
        }

        var safe = new StringBuilder(cut.Length);
        for (var i = 0; i < cut.Length; i++)
        {
            safe.Append(cut[i] is '\n' or '\t' || Steering.Contains(cut[i]) ? '?' : cut[i]);
            i += IsTag(cut, i) ? 1 : 0;
        }

        return safe.ToString();
    }

    /// <summary>Makes text of many lines safe for a terminal and keeps it whole: what could steer the terminal is spelled out.</summary>
    /// <param name="text">Anything; line ends and tabs stay.</param>
    /// <param name="keepColour">Whether sequences that only set a colour pass (ECMA-48 SGR), as programs print them.</param>
    /// <returns>The text with control characters as <c>\x1b</c> and marks that turn the writing direction as <c>\u202e</c>.</returns>
    public static string Escaped(string text, bool keepColour = false)
    {
        if (!text.AsSpan().ContainsAny(Steering))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            if (keepColour && ColourAt(text, i) is > 0 and var length)
            {
                safe.Append(text, i, length);
                i += length - 1;
            }
            else if (IsTag(text, i))
            {
                safe.Append("\\U").Append(char.ConvertToUtf32(text, i++).ToString("x8", CultureInfo.InvariantCulture));
            }
            else if (Steering.Contains(text[i]))
            {
                safe.Append(text[i] < 0x100 ? "\\x" : "\\u").Append(((int)text[i]).ToString(text[i] < 0x100 ? "x2" : "x4", CultureInfo.InvariantCulture));
            }
            else
            {
                safe.Append(text[i]);
            }
        }

        return safe.ToString();
    }

    private static bool IsTag(string text, int at) => text[at] == Tags && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);

    /// <returns>The length of a colour sequence that begins here; 0 when none does.</returns>
    private static int ColourAt(string text, int start)
    {
        const int longest = 40;
        if (!text.AsSpan(start).StartsWith("\x1b["))
        {
            return 0;
        }

        var body = text.AsSpan(start + 2, Math.Min(longest, text.Length - start - 2));
        var end = body.IndexOfAnyExcept(ColourBody);
        return end >= 0 && body[end] == 'm' ? end + 3 : 0;
    }
}
