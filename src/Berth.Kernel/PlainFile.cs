using System.Text;

namespace Berth.Kernel;

/// <summary>Reads files that others may have put in place: opening a fifo would wait for ever, and a link may lead anywhere.</summary>
public static class PlainFile
{
    // Non-blocking and no terminal of its own: a fifo or a device opens at once, and is refused by what it is.
    private const int Flags = Posix.ReadOnly | Posix.CloseOnExec | Posix.NonBlocking | Posix.NoTerminal;

    /// <summary>Whether something is there that is no plain file: a folder, a fifo, a device.</summary>
    public static bool IsOther(string path) => Posix.StatusOf(path) is { IsPlain: false };

    /// <summary>Whether there is a file at the path that can be read to its end, or a link to one.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static bool IsPlain(string path) => Posix.StatusOf(path) is { IsPlain: true };

    /// <param name="path">What to read.</param>
    /// <param name="limit">The most bytes taken.</param>
    /// <param name="isAllowed">Asked with the path the file truly lies at, after all links; null allows any.</param>
    /// <returns>The text (UTF-8), or null when there is nothing at the path.</returns>
    /// <exception cref="IOException">It is no plain file, is too large, lies elsewhere than it may, or cannot be read.</exception>
    public static string? Read(string path, long limit = 16 << 20, Func<string, bool>? isAllowed = null) =>
        ReadBytes(path, limit, isAllowed) is { } bytes ? Decode(bytes.Span) : null;

    /// <returns>What the file holds, or null when there is nothing at the path.</returns>
    /// <inheritdoc cref="Read"/>
    public static ReadOnlyMemory<byte>? ReadBytes(string path, long limit, Func<string, bool>? isAllowed = null)
    {
        // Only who asks where it lies gains by knowing that no link lies in its path.
        var linkless = isAllowed is null ? LinklessPath.Untold : LinklessPath.Open(path, Flags);
        var descriptor = linkless == LinklessPath.Untold ? Posix.Open(path, Flags) : linkless;
        if (descriptor < 0)
        {
            return SystemFault.LastIsAbsence ? null : throw SystemFault.Last(path);
        }

        try
        {
            var status = Posix.StatusOf(descriptor);
            if (!status.IsPlain)
            {
                throw new IOException("it is not a plain file");
            }

            if (status.Size > limit)
            {
                throw new IOException($"it is larger than {ByteSize.Of(limit)}");
            }

            if (isAllowed is not null && (linkless >= 0 ? path : RealPathOf(descriptor)) is { } real && !isAllowed(real))
            {
                throw new IOException($"a link leads from it to {Printable.Of(real)}, outside of where it may lie");
            }

            return ReadAll(descriptor, path, status.Size, limit);
        }
        finally
        {
            _ = Posix.Close(descriptor);
        }
    }

    private static string? RealPathOf(int descriptor) => new FileInfo(string.Create(null, $"/proc/self/fd/{descriptor}")).LinkTarget;

    // Files of the kernel's have no size, and others may grow while they are read.
    private static ReadOnlyMemory<byte> ReadAll(int descriptor, string path, long size, long limit)
    {
        var bytes = new byte[size > 0 ? size + 1 : 4096];
        var length = 0;
        while (Posix.Read(descriptor, bytes.AsSpan(length)) is not 0 and var read)
        {
            length += read > 0 ? read : throw SystemFault.Last(path);
            if (length > limit)
            {
                throw new IOException($"it is larger than {ByteSize.Of(limit)}");
            }

            // Where there was room for more: this is all.
            if (length == size)
            {
                break;
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, bytes.Length * 4);
            }
        }

        return bytes.AsMemory(0, length);
    }

    // Editors of another system put a byte order mark in front.
    private static string Decode(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xef, 0xbb, 0xbf, .. var text] => Encoding.UTF8.GetString(text),
        [0xff, 0xfe, .. var text] => Encoding.Unicode.GetString(text),
        [0xfe, 0xff, .. var text] => Encoding.BigEndianUnicode.GetString(text),
        _ => Encoding.UTF8.GetString(bytes),
    };
}
