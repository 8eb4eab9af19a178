using System.ComponentModel;
using System.Diagnostics;

namespace Berth.Client;

/// <summary>
/// Stands between a plugin's <c>commands</c> program and whoever asks it for all of its help. Such programs look at the command line of
/// the process that started them; <c>--all</c> is in this one's.
/// </summary>
internal static class PluginParent
{
    public static int Run(string program, IEnumerable<string> arguments)
    {
        try
        {
            using var child = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
            child.WaitForExit();
            return child.ExitCode;
        }
        catch (Win32Exception e)
        {
            Console.Error.WriteLine($"{program}: {e.Message}");
            return 126;
        }
    }
}
