using System.Formats.Tar;
using Berth.Commands;

namespace Berth.Client;

/// <summary>
/// The input of <c>certs:add</c> and <c>certs:update</c>: the files that were named, read here with the caller's rights and sent as an
/// archive. One that cannot be read is left out, and the command says which; it is asked for only once the app is known.
/// </summary>
internal static class CertificateInput
{
    private const int Limit = (1 << 20) + 1; // one byte more than is accepted: what is too long must show

    /// <returns>
    /// The words to send, in which <c>-</c> stands for each file, and what writes the archive; null when these words are no such command, or
    /// standard input is the archive.
    /// </returns>
    public static (string[] Words, Action<Stream> Write)? TryOf(string[] args)
    {
        if (Stripped(args) is not { Words: ["certs:add" or "certs:update", ..] } globals)
        {
            return null;
        }

        var words = globals.Words.Skip(1).Where(word => word != "--").ToArray();
        var app = globals.App is null ? words.Take(1).ToArray() : [];
        return words.Skip(app.Length).Where(word => word.Length > 0).ToArray() switch
        {
            ["-", "-", ..] => null,
            [var certificate, var key, ..] => ([.. args[..^(globals.Words.Length - 1)], .. app, "-", "-"], stream => Write(stream, certificate, key)),
            _ when Console.IsInputRedirected => null,
            _ => (args, static _ => { }),
        };
    }

    private static GlobalWords? Stripped(string[] args)
    {
        try
        {
            return GlobalWords.Strip(args);
        }
        catch (Kernel.ProblemException)
        {
            // Whoever runs the command says what is wrong with its words.
            return null;
        }
    }

    private static void Write(Stream stream, string certificate, string key)
    {
        using var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var (path, name) in ((string, string)[])[(certificate, "server.crt"), (key, "server.key")])
        {
            if (Read(path) is { } content)
            {
                using (content)
                {
                    writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content });
                }
            }
        }
    }

    private static MemoryStream? Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var content = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (content.Length < Limit && file.Read(buffer, 0, (int)Math.Min(buffer.Length, Limit - content.Length)) is > 0 and var read)
            {
                content.Write(buffer, 0, read);
            }

            content.Position = 0;
            return content;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
