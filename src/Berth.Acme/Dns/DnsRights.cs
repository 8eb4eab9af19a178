using System.Diagnostics;

namespace Berth.Acme.Dns;

/// <summary>
/// Under whose rights a provider uses the files and programs that its settings name. A service that runs as root and takes settings from others
/// gives one that acts as those others; else whoever sets <c>EXEC_PATH</c> or a <c>_FILE</c> is root.
/// </summary>
public class DnsRights
{
    /// <summary>The process's own.</summary>
    public static DnsRights Own { get; } = new();

    /// <summary>Does something with files.</summary>
    public virtual T Use<T>(Func<T> action) => action();

    /// <summary>Says as whom a program is to start.</summary>
    public virtual void Become(ProcessStartInfo start)
    {
    }
}
