using System.Globalization;
using System.Text;

namespace Berth.Platform.Processes.Launching;

/// <summary>Reads what the kernel tells about processes (proc(5)).</summary>
internal static class ProcFolder
{
    // An environment can be megabytes; the marker is the first variable that an app gets.
    private const int EnvironmentLimit = 256 * 1024;

    /// <summary>Changes with every start of the machine, so that a process id of before is never trusted.</summary>
    public static string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <returns>When the process started, in clock ticks since boot; null when it is gone or a zombie.</returns>
    public static ulong? StartTimeOf(int pid) =>
        Stat(pid) is { } fields && fields[0] is not ("Z" or "X") ? ulong.Parse(fields[19], CultureInfo.InvariantCulture) : null;

    /// <returns>The processes of a session, zombies too.</returns>
    public static IEnumerable<int> InSession(int session)
    {
        var wanted = Invariant($"{session}");
        return Processes().Where(pid => Stat(pid)?[3] == wanted);
    }

    /// <summary>Finds processes by a variable they were started with; children inherit it.</summary>
    /// <param name="variable">Its name.</param>
    /// <param name="prefix">How its value starts.</param>
    public static IEnumerable<(int Pid, string Value)> Marked(string variable, string prefix)
    {
        var wanted = Encoding.UTF8.GetBytes($"{variable}={prefix}");
        foreach (var pid in Processes())
        {
            if (ValueIn(ReadEnvironment(pid), wanted, variable.Length + 1) is { } value)
            {
                yield return (pid, value);
            }
        }
    }

    /// <returns>True when the process was started with exactly this value.</returns>
    public static bool IsMarked(int pid, string variable, string value) =>
        ValueIn(ReadEnvironment(pid), Encoding.UTF8.GetBytes($"{variable}={value}"), variable.Length + 1) == value;

    /// <returns>True when a descriptor of the process, its standard output or error, is this very file.</returns>
    public static bool WritesTo(int pid, string file)
    {
        try
        {
            return ((int[])[1, 2]).Any(descriptor => new FileInfo(Invariant($"/proc/{pid}/fd/{descriptor}")).LinkTarget == file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <returns>The account the process runs as; null when it is gone.</returns>
    public static uint? UserOf(int pid)
    {
        try
        {
            // Uid: real, effective, saved, file system (proc(5)).
            var line = File.ReadLines(Invariant($"/proc/{pid}/status")).FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal));
            return line?.Split('\t', StringSplitOptions.RemoveEmptyEntries) is [_, _, var effective, ..]
                && uint.TryParse(effective, NumberStyles.None, CultureInfo.InvariantCulture, out var user) ? user : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<int> Processes()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }

    /// <returns>The fields of /proc/PID/stat from the third on, the state; null when it is gone.</returns>
    private static string[]? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText(Invariant($"/proc/{pid}/stat"));
            // The name in parentheses may hold anything; the fields count from the last parenthesis.
            var end = text.LastIndexOf(')');
            return end < 0 ? null : text[(end + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[] ReadEnvironment(int pid)
    {
        try
        {
            using var file = File.OpenHandle(Invariant($"/proc/{pid}/environ"));
            var buffer = new byte[4096];
            var length = 0;
            int read;
            while ((read = RandomAccess.Read(file, buffer.AsSpan(length), length)) > 0 && length + read < EnvironmentLimit)
            {
                length += read;
                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 4);
                }
            }

            return buffer[..length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or belongs to somebody whose processes are none of ours.
            return [];
        }
    }

    private static string? ValueIn(ReadOnlySpan<byte> environment, ReadOnlySpan<byte> wanted, int nameLength)
    {
        while (!environment.IsEmpty)
        {
            var end = environment.IndexOf((byte)0);
            var variable = end < 0 ? environment : environment[..end];
            if (variable.StartsWith(wanted))
            {
                return Encoding.UTF8.GetString(variable[nameLength..]);
            }

            environment = end < 0 ? [] : environment[(end + 1)..];
        }

        return null;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
