using System.Text;

namespace Berth.Authority.Audit;

/// <summary>Reads a file's lines from the last to the first, however long they are; only the longest of them is held in memory.</summary>
internal static class BackwardLines
{
    private const int Block = 1 << 16;

    /// <returns>The length of the file up to its last line end: what follows was torn by a crash.</returns>
    internal static long WholeLength(FileStream file)
    {
        var block = new byte[Block];
        for (var end = file.Length; end > 0;)
        {
            var start = Math.Max(0, end - Block);
            var part = block.AsSpan(0, (int)(end - start));
            file.Seek(start, SeekOrigin.Begin);
            file.ReadExactly(part);
            if (part.LastIndexOf((byte)'\n') is >= 0 and var found)
            {
                return start + found + 1;
            }

            end = start;
        }

        return 0;
    }

    /// <param name="file">It may be moved in between.</param>
    /// <param name="end">Behind a line end; see <see cref="WholeLength"/>.</param>
    internal static IEnumerable<string> Of(FileStream file, long end)
    {
        byte[] pending = [];
        while (end > 0)
        {
            // As much again as is held, so that a long line is not copied over and over.
            var start = Math.Max(0, end - Math.Max(Block, pending.Length));
            var bytes = new byte[end - start + pending.Length];
            file.Seek(start, SeekOrigin.Begin);
            file.ReadExactly(bytes, 0, (int)(end - start));
            pending.CopyTo(bytes, end - start);
            var last = bytes.Length;
            for (int at; last > 1 && (at = Array.LastIndexOf(bytes, (byte)'\n', last - 2)) >= 0; last = at + 1)
            {
                yield return Encoding.UTF8.GetString(bytes, at + 1, last - at - 2);
            }

            (pending, end) = (bytes[..last], start);
        }

        if (pending.Length > 0)
        {
            yield return Encoding.UTF8.GetString(pending, 0, pending.Length - 1);
        }
    }
}
