using System.Formats.Tar;
using System.Text;
using Berth.Kernel;

namespace Berth.Platform.Config;

/// <summary>Config variables as a tar archive: one file for each, named by its key, with nothing but its value. A key is a safe name.</summary>
public static class ConfigBundle
{
    private const int UstarName = 100;

    public static byte[] Of(IReadOnlyDictionary<string, string> values)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (key, value) in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                var entry = EntryOf(key);
                entry.Mode = AtomicFile.Private;
                entry.ModificationTime = DateTimeOffset.UnixEpoch;
                entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(value));
                writer.WriteEntry(entry);
            }
        }

        return archive.ToArray();
    }

    // The plainest header that holds the name, which every program reads.
    private static TarEntry EntryOf(string key) => key.Length <= UstarName
        ? new UstarTarEntry(TarEntryType.RegularFile, key)
        : new PaxTarEntry(TarEntryType.RegularFile, key);
}
