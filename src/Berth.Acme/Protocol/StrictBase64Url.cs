using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Berth.Acme.Protocol;

/// <summary>
/// base64url as ACME wants it (RFC 8555 §6.1): no padding, no white space, no second spelling of the same bytes.
/// </summary>
public static class StrictBase64Url
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Encodes without padding; no bytes are the empty text.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <returns>True when the text is not empty and holds base64url characters only.</returns>
    public static bool IsAlphabet([NotNullWhen(true)] string? text) =>
        !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAnyExcept(Alphabet);

    /// <summary>Decodes; the empty text is zero bytes.</summary>
    public static bool TryDecode([NotNullWhen(true)] string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || text.Length % 4 == 1 || text.AsSpan().ContainsAnyExcept(Alphabet) || HasStrayBits(text))
        {
            return false;
        }

        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }

    // The last character of a partial group carries 2 or 4 bits that encode nothing; anything but zero is a second spelling.
    private static bool HasStrayBits(string text) => (text.Length % 4) switch
    {
        2 => ValueOf(text[^1]) % 16 != 0,
        3 => ValueOf(text[^1]) % 4 != 0,
        _ => false,
    };

    private static int ValueOf(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '-' => 62,
        _ => 63,
    };
}
