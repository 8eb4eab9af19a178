using System.Formats.Tar;
using System.Text;
using System.Text.Unicode;
using Berth.Kernel;
using Berth.Platform.Builds;

namespace Berth.Platform.Certs;

/// <summary>
/// Reads a certificate and its key out of a tar archive from a stranger, in memory: nothing is unpacked. Links, devices and names that
/// lead outside are refused, and so is what is larger than a certificate can be.
/// </summary>
public static class CertificateArchive
{
    private const long Limit = 1 << 20;
    private const int MostEntries = 100;

    /// <param name="archive">An uncompressed tar stream.</param>
    /// <param name="named">True when the client packed files that were named: then a missing one could not be read.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <returns>The texts, and the names of what the archive held, as they came.</returns>
    /// <exception cref="ProblemException">It is no archive, is refused, or does not hold one of each.</exception>
    public static async Task<(string Certificate, string Key, IReadOnlyList<string> Names)> ReadAsync(
        Stream archive, bool named, CancellationToken cancel)
    {
        var (files, names) = (new List<(string Name, string Text)>(), new List<string>());
        try
        {
            await ReadEachAsync(archive, files, names, cancel);
        }
        catch (EndOfStreamException) when (names.Count == 0)
        {
            // Nothing was sent: neither of the named files could be read, or there was no archive.
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or OverflowException or ArgumentException or NotSupportedException or IOException)
        {
            throw CertificateProblems.Refused($"it is not a whole tar archive ({Printable.Of(e.Message.TrimEnd('.'))})").AsException(e);
        }

        if (names.Count == 0 && !named)
        {
            throw CertificateProblems.NoArchive().AsException();
        }

        return (One(files, ".crt", named ? "CRT" : null), One(files, ".key", named ? "KEY" : null), names);
    }

    private static async Task ReadEachAsync(
        Stream archive, List<(string Name, string Text)> files, List<string> names, CancellationToken cancel)
    {
        await using var reader = new TarReader(new BoundedTar(archive), leaveOpen: true);
        var bytes = 0L;
        while (await reader.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            bytes += entry.Length;
            if (names.Count >= MostEntries || bytes > Limit)
            {
                throw CertificateProblems.Refused($"it holds more than {ByteSize.Of(Limit)} or {MostEntries} entries").AsException();
            }

            if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
            {
                continue;
            }

            CheckName(entry.Name);
            names.Add(entry.Name);
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    files.Add((entry.Name, await TextAsync(entry, cancel)));
                    break;
                default:
                    throw CertificateProblems.Refused($"'{Printable.Of(entry.Name, 80)}' is a {entry.EntryType}").AsException();
            }
        }
    }

    private static async Task<string> TextAsync(TarEntry entry, CancellationToken cancel)
    {
        if (entry.DataStream is not { } data)
        {
            return "";
        }

        // Its length was counted above; a stream that is longer than it says is the reader's to refuse.
        using var text = new MemoryStream();
        await data.CopyToAsync(text, cancel);
        return Decoded(text.ToArray());
    }

    // What authorities write around their PEM is in whatever encoding they have; it must not keep the certificate out.
    private static string Decoded(byte[] bytes) =>
        (Utf8.IsValid(bytes) ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes);

    private static void CheckName(string name)
    {
        if (name.Length == 0 || name[0] == '/' || name.Contains('\0', StringComparison.Ordinal) || name.Split('/').Contains(".."))
        {
            throw CertificateProblems.Refused($"'{Printable.Of(name, 80)}' leads outside of it").AsException();
        }
    }

    // Hidden files are what some systems add to an archive unasked.
    private static bool IsHidden(string name) => name.Split('/').Any(segment => segment.Length > 1 && segment[0] == '.');

    private static string One(List<(string Name, string Text)> files, string ending, string? kind)
    {
        var found = files.Where(file => file.Name.EndsWith(ending, StringComparison.Ordinal) && !IsHidden(file.Name)).ToArray();
        return found.Length == 1 ? found[0].Text
            : throw (kind is null ? CertificateProblems.Incomplete(ending, found.Length) : CertificateProblems.NotFound(kind)).AsException();
    }
}
