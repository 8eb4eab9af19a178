using System.Globalization;

namespace Berth.Kernel;

/// <summary>The program that listens on a TCP port of this machine.</summary>
/// <param name="ProcessId">Its process id; of several that share the socket, the lowest, which is the one that opened it.</param>
/// <param name="Program">Its name as the kernel keeps it: at most 15 characters, printable.</param>
public sealed record PortHolder(int ProcessId, string Program)
{
    private const string Listening = "0A"; // TCP_LISTEN in the st column of proc(5), /proc/net/tcp

    public override string ToString() => $"{Program} (pid {ProcessId.ToString(CultureInfo.InvariantCulture)})";

    /// <summary>Looks in /proc for who listens on a port, whatever the address.</summary>
    /// <param name="port">1 to 65535.</param>
    /// <returns>Null when nobody does, or when it is a process this user may not look into.</returns>
    public static PortHolder? Find(int port)
    {
        var sockets = Sockets("/proc/net/tcp", port).Concat(Sockets("/proc/net/tcp6", port)).ToHashSet(StringComparer.Ordinal);
        return sockets.Count == 0 ? null : Holders(sockets).MinBy(holder => holder.ProcessId);
    }

    /// <summary>Whether anybody listens on the port, also one this user may not look into.</summary>
    public static bool IsTaken(int port) => Sockets("/proc/net/tcp", port).Concat(Sockets("/proc/net/tcp6", port)).Any();

    private static IEnumerable<string> Sockets(string table, int port)
    {
        var ending = $":{port.ToString("X4", CultureInfo.InvariantCulture)}";
        return from line in Lines(table).Skip(1)
               let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
               where columns.Length > 9 && columns[3] == Listening && columns[1].EndsWith(ending, StringComparison.Ordinal)
               select $"socket:[{columns[9]}]";
    }

    private static IEnumerable<PortHolder> Holders(HashSet<string> sockets)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && Descriptors(folder).Any(target => target is not null && sockets.Contains(target)))
            {
                yield return new PortHolder(id, Printable.Of(Lines($"{folder}/comm").FirstOrDefault("unknown")));
            }
        }
    }

    private static string?[] Descriptors(string process) => Reading(
        () => Array.ConvertAll(Directory.GetFiles($"{process}/fd"), file => Reading(() => new FileInfo(file).LinkTarget, null)), []);

    private static string[] Lines(string file) => Reading(() => File.ReadAllLines(file), []);

    // Processes end while we look, and those of other users are closed to us: neither is a failure of the search.
    private static T Reading<T>(Func<T> read, T otherwise)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }
}
