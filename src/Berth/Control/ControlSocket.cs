using Berth.Storage;

namespace Berth.Control;

/// <summary>Where the daemon listens for commands, and the limits of what it takes.</summary>
internal static class ControlSocket
{
    /// <summary>The longest call, in bytes: words and their values together.</summary>
    public const int CallLimit = 1 << 20;

    /// <summary>The longest frame after the call.</summary>
    public const int FrameLimit = 1 << 16;

    public const string Protocol = "berth-command";

    public const string Path = "/v1/command";

    // sockaddr_un holds 108 bytes with its final zero.
    private const int LongestAddress = 107;

    /// <summary><c>BERTH_SOCKET</c>, else <c>run/berth.sock</c> below <c>DOKKU_LIB_ROOT</c>.</summary>
    public static string FileOf(StateRoots roots) =>
        Environment.GetEnvironmentVariable("BERTH_SOCKET") is { Length: > 0 } named ? named : $"{roots.Lib}/run/berth.sock";

    /// <summary>An address for the file that fits a socket's, also when the path is long: through its folder's descriptor.</summary>
    /// <param name="file">The socket's path.</param>
    /// <param name="folder">Keeps the folder open while the address is in use; null when the path fits as it is.</param>
    public static string AddressOf(string file, out IDisposable? folder)
    {
        folder = null;
        if (System.Text.Encoding.UTF8.GetByteCount(file) <= LongestAddress)
        {
            return file;
        }

        var descriptor = new FolderDescriptor(System.IO.Path.GetDirectoryName(file)!);
        folder = descriptor;
        return $"/proc/self/fd/{descriptor.Number}/{System.IO.Path.GetFileName(file)}";
    }
}
