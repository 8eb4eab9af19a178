using System.Text;

namespace Berth.Edge.Reading;

/// <summary>
/// Reads a <c>Content-Length</c> before the web server does, which takes <c>+2</c> for a number: only digits are one (RFC 9110 §8.6).
/// Another byte comes out as what is a number to nobody, and the request is refused.
/// </summary>
internal sealed class LengthText : Encoding
{
    internal static Encoding Encoding { get; } = new LengthText();

    public override int GetByteCount(char[] chars, int index, int count) => count;

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => throw new NotSupportedException();

    public override int GetCharCount(byte[] bytes, int index, int count) => count;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        GetChars(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

    public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        var count = Math.Min(bytes.Length, chars.Length);
        for (var i = 0; i < count; i++)
        {
            chars[i] = bytes[i] is >= (byte)'0' and <= (byte)'9' && bytes.Length == count ? (char)bytes[i] : '?';
        }

        return count;
    }

    public override int GetMaxByteCount(int charCount) => charCount;

    public override int GetMaxCharCount(int byteCount) => byteCount;
}
