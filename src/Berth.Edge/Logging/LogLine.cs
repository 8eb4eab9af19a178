using System.Globalization;
using System.Text.Unicode;

namespace Berth.Edge.Logging;

/// <summary>
/// Builds one line of a log in memory given to it. What a visitor wrote is escaped as nginx does it (<c>\x22</c>), so that no one
/// writes lines of their own into the file; what does not fit is cut.
/// </summary>
internal ref struct LogLine(Span<byte> buffer)
{
    private static ReadOnlySpan<byte> Hex => "0123456789ABCDEF"u8;

    private readonly Span<byte> _buffer = buffer;
    private int _length;

    /// <summary>The line with its end.</summary>
    internal readonly int Length => _length;

    /// <summary>Text of the edge's own.</summary>
    internal void Own(scoped ReadOnlySpan<char> text)
    {
        // One byte is kept for the line's end.
        Utf8.FromUtf16(text, _buffer[_length..^1], out _, out var written);
        _length += written;
    }

    internal void Own(long number)
    {
        number.TryFormat(_buffer[_length..^1], out var written, provider: CultureInfo.InvariantCulture);
        _length += written;
    }

    internal void Own(DateTimeOffset time, string format)
    {
        time.UtcDateTime.TryFormat(_buffer[_length..^1], out var written, format, CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>Text of a visitor's; nothing becomes <c>-</c>.</summary>
    /// <param name="text">Latin-1 in UTF-16, as the web server reads it.</param>
    /// <param name="limit">The most characters taken.</param>
    internal void Foreign(scoped ReadOnlySpan<char> text, int limit)
    {
        if (text.IsEmpty)
        {
            Own("-");
            return;
        }

        foreach (var character in text[..Math.Min(limit, text.Length)])
        {
            if (_length + 5 > _buffer.Length)
            {
                return;
            }

            if (character is >= ' ' and <= '~' and not ('"' or '\\'))
            {
                _buffer[_length++] = (byte)character;
            }
            else
            {
                _buffer[_length++] = (byte)'\\';
                _buffer[_length++] = (byte)'x';
                _buffer[_length++] = Hex[(character >> 4) & 15];
                _buffer[_length++] = Hex[character & 15];
            }
        }
    }

    internal void End() => _buffer[_length++] = (byte)'\n';
}
