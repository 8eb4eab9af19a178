namespace Berth.Platform.Processes.Output;

/// <summary>Reads the end of a file without reading the file.</summary>
internal static class LogTail
{
    private const int BlockSize = 64 * 1024;

    /// <summary>However long the lines are, no more than this is read for them.</summary>
    private const int ReadLimit = 8 * 1024 * 1024;

    /// <summary>The last lines, and where reading goes on.</summary>
    internal sealed record Part(IReadOnlyList<string> Lines, long End);

    /// <param name="path">The file; one that is missing has no lines.</param>
    /// <param name="count">How many lines.</param>
    /// <param name="keepOpen">True leaves a last line without an end to whoever reads on; false returns it.</param>
    /// <exception cref="Kernel.ProblemException">A link leads elsewhere.</exception>
    public static Part Read(string path, int count, bool keepOpen = false)
    {
        var (bytes, end) = ReadEnd(path, count);
        var whole = keepOpen ? bytes.AsSpan().LastIndexOf((byte)'\n') + 1 : bytes.Length;
        end -= bytes.Length - whole;
        var lines = LogLines.Split(bytes.AsSpan(0, whole));
        if (lines.Count < count && !path.EndsWith(LogFile.OlderEnding, StringComparison.Ordinal))
        {
            lines = [.. Read(LogFile.OlderOf(path), count - lines.Count).Lines, .. lines];
        }

        return new Part(lines.Count > count ? lines.GetRange(lines.Count - count, count) : lines, end);
    }

    private static (byte[] Bytes, long End) ReadEnd(string path, int count)
    {
        try
        {
            using var file = KeptFile.TryRead(path);
            if (file is null)
            {
                return ([], 0);
            }

            var end = RandomAccess.GetLength(file);
            var start = end;
            var blocks = new Stack<byte[]>();
            var found = 0;
            // One more line end than lines: the last line usually has its own.
            while (start > 0 && found <= count && end - start < ReadLimit)
            {
                var block = new byte[Math.Min(BlockSize, start)];
                start -= block.Length;
                var read = RandomAccess.Read(file, block, start);
                found += block.AsSpan(0, read).Count((byte)'\n');
                blocks.Push(block[..read]);
            }

            return (blocks.SelectMany(block => block).ToArray(), end);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ([], 0);
        }
    }
}
