using System.Diagnostics;
using Berth.Kernel;

namespace Berth.Daemon;

/// <summary>Starts this program again so that it outlives this process and its terminal.</summary>
internal static class DetachedProcess
{
    /// <summary>The hidden option that makes the new process leave: the log file follows.</summary>
    public const string Option = "--detached-log";

    /// <summary>The log of this process when it is such a one; null otherwise.</summary>
    public static DetachedLog? Log { get; private set; }

    /// <param name="words">The words for the new process.</param>
    /// <param name="log">The file its output is added to.</param>
    public static Process Start(IEnumerable<string> words, string log)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { WorkingDirectory = "/" };
        foreach (var word in (string[])[.. words, Option, log])
        {
            start.ArgumentList.Add(word);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("the new process did not start");
    }

    /// <summary>In the new process, before anything opens its outputs: a session of its own, no input, output into the log.</summary>
    /// <returns>What is wrong with the log; null when nothing is, or when nobody asked.</returns>
    public static Problem? LeaveIfAsked(IReadOnlyList<string> words)
    {
        var at = words is ["serve", ..] ? words.Index().FirstOrDefault(word => word.Item == Option).Index : 0;
        if (at == 0 || at + 1 >= words.Count)
        {
            return null;
        }

        try
        {
            _ = Posix.StartSession();
            Log = DetachedLog.TakeOver(words[at + 1]);
            return null;
        }
        catch (ProblemException e)
        {
            return e.Problem;
        }
    }
}
