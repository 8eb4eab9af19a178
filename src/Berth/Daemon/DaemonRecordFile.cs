using System.Text.Json;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Daemon;

internal static class DaemonRecordFile
{
    public static DaemonRecord? Read(StateRoots roots)
    {
        try
        {
            return PlainFile.Read(PathIn(roots), 1 << 16) is { } text ? JsonSerializer.Deserialize(text, DaemonJson.Default.DaemonRecord) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public static void Write(StateRoots roots, DaemonRecord record) =>
        AtomicFile.Write(PathIn(roots), JsonSerializer.Serialize(record, DaemonJson.Default.DaemonRecord), AtomicFile.PublicRead);

    /// <summary>After an orderly end nobody is left whose ports it could name. One that another daemon has written meanwhile is its own.</summary>
    public static void DeleteOwn(StateRoots roots)
    {
        if (Read(roots) is { } record && record.ProcessId == Environment.ProcessId)
        {
            Delete(roots);
        }
    }

    public static void Delete(StateRoots roots)
    {
        try
        {
            File.Delete(PathIn(roots));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A record that stays is put right by the next start.
        }
    }

    private static string PathIn(StateRoots roots) => $"{roots.Lib}/run/daemon.json";
}
