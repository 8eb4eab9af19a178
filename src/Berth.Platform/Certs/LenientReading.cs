using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Certs;

/// <summary>Reads files of certificates where one that cannot be read is as good as none: another is looked for then, and what is wrong is told with it.</summary>
internal static class LenientReading
{
    public static string? ReadOrNull(this IStateStore store, StatePath path)
    {
        try
        {
            return store.Read(path);
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    public static IReadOnlyList<string> ListOrNone(this IStateStore store, StatePath folder)
    {
        try
        {
            return store.List(folder);
        }
        catch (ProblemException)
        {
            return [];
        }
    }
}
