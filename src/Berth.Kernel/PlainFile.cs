namespace Berth.Kernel;

/// <summary>Reads files that others may have put in place: opening a fifo would wait for ever.</summary>
public static class PlainFile
{
    /// <summary>Whether something is there that is no plain file: a folder, a fifo, a device.</summary>
    public static bool IsOther(string path) => Posix.IsPlainFile(path) == false;

    /// <summary>Whether there is a file at the path that can be read to its end, or a link to one.</summary>
    public static bool IsPlain(string path) => Posix.IsPlainFile(path) == true;

    /// <returns>The text, or null when there is nothing at the path.</returns>
    /// <exception cref="IOException">It is no plain file, is too large, or cannot be read.</exception>
    public static string? Read(string path, long limit = 16 << 20) => Posix.IsPlainFile(path) switch
    {
        null => null,
        false => throw new IOException("it is not a plain file"),
        true when new FileInfo(path).Length > limit => throw new IOException($"it is larger than {limit >> 20} MiB"),
        true => File.ReadAllText(path),
    };
}
