using System.Text;
using Berth.Control;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Client;

/// <summary>What the daemon prints for one command, for whoever goes on without where it says nothing in time.</summary>
internal static class DaemonAnswer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <returns>Null where none answers, or the command fails.</returns>
    public static string? To(StateRoots roots, params string[] words)
    {
        try
        {
            using var daemon = ControlConnection.TryConnect(roots, Patience);
            daemon?.SendCall((Invocation.Request(words, roots) with { OutputIsTerminal = false }).ToBytes());
            return daemon?.ReadHead() == 101 ? Read(daemon) : null;
        }
        catch (ProblemException)
        {
            // Another user's.
            return null;
        }
    }

    private static string? Read(ControlConnection daemon)
    {
        var text = new StringBuilder();
        while (daemon.TryReadFrame(out var kind, out var content))
        {
            if (kind == FrameKind.Exit)
            {
                return content.IndexOfAnyExcept((byte)0) < 0 ? text.ToString() : null;
            }

            text.Append(kind == FrameKind.Output ? Encoding.UTF8.GetString(content) : "");
        }

        return null;
    }
}
