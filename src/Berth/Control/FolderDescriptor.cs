using System.Runtime.InteropServices;

namespace Berth.Control;

/// <summary>An open folder, so that what lies in it has a short name below <c>/proc/self/fd</c>.</summary>
internal sealed partial class FolderDescriptor : IDisposable
{
    private const int PathOnly = 0x200000 | 0x80000; // O_PATH | O_CLOEXEC

    public FolderDescriptor(string folder) => Number = Open(folder, PathOnly);

    /// <summary>The descriptor, or -1 when the folder is not there; using it then fails like the long path would.</summary>
    public int Number { get; }

    public void Dispose() => _ = Close(Number);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
