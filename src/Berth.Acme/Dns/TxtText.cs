using System.Globalization;
using System.Text;

namespace Berth.Acme.Dns;

/// <summary>TXT data as zone files and most APIs write it (RFC 1035 §5.1): quoted pieces with escapes, or bare.</summary>
internal static class TxtText
{
    /// <summary>The value itself; a text that is not well formed stands for itself.</summary>
    internal static string Unquote(string text)
    {
        var trimmed = text.Trim();
        if (!trimmed.StartsWith('"'))
        {
            return trimmed;
        }

        var value = new StringBuilder(trimmed.Length);
        var quoted = false;
        for (var i = 0; i < trimmed.Length; i++)
        {
            switch (trimmed[i])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when quoted && i + 3 < trimmed.Length
                    && byte.TryParse(trimmed.AsSpan(i + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var octet):
                    value.Append((char)octet);
                    i += 3;
                    break;
                case '\\' when quoted && i + 1 < trimmed.Length:
                    value.Append(trimmed[++i]);
                    break;
                case var c when quoted:
                    value.Append(c);
                    break;
                case ' ' or '\t':
                    break;
                default:
                    return trimmed;
            }
        }

        return quoted ? trimmed : value.ToString();
    }

    internal static bool IsSame(string written, string value) => Unquote(written) == value;
}
