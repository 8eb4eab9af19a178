using System.Globalization;

namespace Berth.Platform.Processes.Launching;

/// <summary>
/// Tells whose a listening port is. A connection alone proves nothing: a stranger may have taken the port between the look and the
/// app's bind, and requests of one app would then go to another.
/// </summary>
internal static class ListenerOwner
{
    private const string Listening = "0A";

    /// <param name="port">A port that accepts connections.</param>
    /// <param name="session">The id of the instance's session.</param>
    /// <param name="marker">The variable that all its processes carry, for those that left the session.</param>
    /// <returns>False when the port is known to be somebody else's; true also when the kernel does not tell.</returns>
    public static bool MayBe(int port, int session, KeyValuePair<string, string> marker)
    {
        var sockets = Listeners(port);
        return sockets.Count == 0
            || Holds(session, sockets)
            || ProcFolder.InSession(session).Any(pid => Holds(pid, sockets))
            || ProcFolder.Marked(marker.Key, marker.Value).Any(found => Holds(found.Pid, sockets));
    }

    /// <returns>The names of the sockets as descriptors show them: <c>socket:[12345]</c>.</returns>
    private static HashSet<string> Listeners(int port)
    {
        var wanted = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in (string[])["/proc/net/tcp", "/proc/net/tcp6"])
        {
            if (!File.Exists(table))
            {
                continue;
            }

            foreach (var line in File.ReadLines(table).Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields[3] != Listening)
                {
                    // The kernel lists listeners before the connections, of which there may be very many.
                    break;
                }

                if (fields[1].EndsWith(wanted, StringComparison.Ordinal))
                {
                    found.Add($"socket:[{fields[9]}]");
                }
            }
        }

        return found;
    }

    private static bool Holds(int pid, HashSet<string> sockets)
    {
        try
        {
            return new DirectoryInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd"))
                .EnumerateFileSystemInfos()
                .Any(descriptor => descriptor.LinkTarget is { } target && sockets.Contains(target));
        }
        catch (UnauthorizedAccessException)
        {
            // It is in our session, and its account does not let us look: no reason for suspicion.
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
