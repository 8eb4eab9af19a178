using System.Runtime.InteropServices;

namespace Berth.Kernel;

/// <summary>
/// Opens a path that has no link in it, in one call (openat2(2), Linux 5.6). What is opened so lies where its path says: nobody need walk there folder by
/// folder, or ask afterwards where it is.
/// </summary>
internal static class LinklessPath
{
    /// <summary>Nothing lies there, and no link leads elsewhere.</summary>
    public const int Absent = -1;

    /// <summary>A link lies in the path, or the system refuses for whatever reason: the ways that know links find out.</summary>
    public const int Untold = -2;

    private const int NoSuchCall = 38; // ENOSYS: an older kernel, or a sandbox that does not know the call

    /// <summary>Whether the system has the call, as far as is known.</summary>
    internal static bool IsKnown { get; set; } = true;

    /// <returns>A descriptor, <see cref="Absent"/> or <see cref="Untold"/>.</returns>
    public static int Open(string path, int flags)
    {
        if (!IsKnown || !IsPlain(path))
        {
            return Untold;
        }

        var descriptor = Posix.OpenWithoutLinks(path, flags);
        if (descriptor >= 0)
        {
            return descriptor;
        }

        var error = Marshal.GetLastPInvokeError();
        if (error == NoSuchCall)
        {
            IsKnown = false;
        }

        return error == SystemFault.NoSuchEntry ? Absent : Untold;
    }

    // From the root, and each folder by its name: the path itself is where it leads.
    private static bool IsPlain(ReadOnlySpan<char> path)
    {
        if (path is not ['/', .. var names])
        {
            return false;
        }

        foreach (var name in names.Split('/'))
        {
            if (names[name] is "" or "." or "..")
            {
                return false;
            }
        }

        return true;
    }
}
