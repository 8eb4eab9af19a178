using System.Text;
using Berth.Client;
using Berth.Commands;
using Berth.Kernel;
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

    // What is left beside the folder's short name.
    private const int LongestName = 80;
    private const string Variable = "BERTH_SOCKET";

    /// <summary>Whether the user named a socket of their own; then it is that one or none.</summary>
    public static bool IsNamed => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary><c>BERTH_SOCKET</c>, else <c>run/berth.sock</c> below <c>DOKKU_LIB_ROOT</c>.</summary>
    public static string FileOf(StateRoots roots) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? GivenPath.Full(named, Variable) : $"{roots.Lib}/run/berth.sock";

    /// <summary>An address for the file that fits a socket's, also when the path is long: through its folder's descriptor.</summary>
    /// <param name="file">The socket's path.</param>
    /// <param name="folder">Keeps the folder open while the address is in use; null when the path fits as it is.</param>
    /// <exception cref="ProblemException">Its last part alone is too long.</exception>
    public static string AddressOf(string file, out IDisposable? folder)
    {
        folder = null;
        var name = System.IO.Path.GetFileName(file);
        if (Encoding.UTF8.GetByteCount(file) <= LongestAddress)
        {
            return file;
        }

        if (Encoding.UTF8.GetByteCount(name) > LongestName)
        {
            throw ProgramProblems.BadOption(
                $"{Printable.Of(file)} is too long for a socket.", $"Choose a name of at most {LongestName} bytes for it: BERTH_SOCKET says where it is.").AsException();
        }

        try
        {
            var held = HeldFolder.TryOpen(System.IO.Path.GetDirectoryName(file)!);
            folder = held;
            return $"{held?.Path ?? "/proc/self/fd/-1"}/{name}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Using it fails as the long path would.
            return $"/proc/self/fd/-1/{name}";
        }
    }
}
