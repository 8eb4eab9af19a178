using System.Globalization;
using Berth.Platform.Processes.Launching;

namespace Berth.Platform.Plugins;

/// <summary>Signals a program and all it has started, as a terminal does: a shell that waits for a child does not pass signals on.</summary>
internal static class ProcessTree
{
    public const int Hangup = 1;
    public const int Interrupt = 2;

    public static void Signal(int process, int signal)
    {
        var family = new List<int> { process };
        for (var i = 0; i < family.Count; i++)
        {
            family.AddRange(ChildrenOf(family[i]));
        }

        foreach (var member in family)
        {
            _ = Libc.Signal(member, signal);
        }
    }

    private static int[] ChildrenOf(int process)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task/{process}/children"));
            return [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just ended, and with it its place in /proc.
            return [];
        }
    }
}
