using System.Text;

namespace Berth.Kernel;

/// <summary>Makes foreign text safe to print: one line, no control characters, bounded.</summary>
public static class Printable
{
    /// <param name="text">Anything a stranger sent.</param>
    /// <param name="limit">The longest result, in characters; the rest becomes <c>…</c>.</param>
    /// <returns>The text with control characters and line ends as <c>?</c>.</returns>
    public static string Of(string text, int limit = 200)
    {
        var cut = text.Length <= limit ? text : string.Concat(text.AsSpan(0, limit), "…");
        if (!cut.AsSpan().ContainsAnyInRange('\0', '\x1f') && !cut.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
        {
            return cut;
        }

        var safe = new StringBuilder(cut.Length);
        foreach (var c in cut)
        {
            safe.Append(char.IsControl(c) ? '?' : c);
        }

        return safe.ToString();
    }
}
