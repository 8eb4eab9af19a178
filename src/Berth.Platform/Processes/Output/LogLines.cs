using System.Text;

namespace Berth.Platform.Processes.Output;

/// <summary>Cuts output into lines of bounded length.</summary>
internal static class LogLines
{
    public static List<string> Split(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<string>();
        while (!bytes.IsEmpty)
        {
            lines.Add(Take(ref bytes, isEnd: true)!);
        }

        return lines;
    }

    /// <param name="bytes">Loses what is returned.</param>
    /// <param name="isEnd">True returns an unfinished last line too.</param>
    /// <returns>Null when no line is complete.</returns>
    public static string? Take(ref ReadOnlySpan<byte> bytes, bool isEnd)
    {
        var end = bytes.IndexOf((byte)'\n');
        var length = end < 0 ? bytes.Length : end;
        if (length > LogReader.LineLength)
        {
            var cut = CutBefore(bytes, LogReader.LineLength);
            return Consume(ref bytes, cut, cut);
        }

        if (end >= 0)
        {
            return Consume(ref bytes, end > 0 && bytes[end - 1] == '\r' ? end - 1 : end, end + 1);
        }

        return isEnd && length > 0 ? Consume(ref bytes, length, length) : null;
    }

    private static string Consume(ref ReadOnlySpan<byte> bytes, int length, int consumed)
    {
        var text = Encoding.UTF8.GetString(bytes[..length]);
        bytes = bytes[consumed..];
        return text;
    }

    /// <summary>Moves a cut back to the start of a character (RFC 3629 §3: continuation bytes are 10xxxxxx).</summary>
    private static int CutBefore(ReadOnlySpan<byte> bytes, int cut)
    {
        for (var back = 0; back < 4; back++)
        {
            if ((bytes[cut - back] & 0xC0) != 0x80)
            {
                return cut - back;
            }
        }

        return cut;
    }
}
