using System.Diagnostics;
using System.Runtime.InteropServices;
using Berth.Kernel;

namespace Berth.Daemon;

/// <summary>Starts this program again so that it outlives this process and its terminal.</summary>
internal static partial class DetachedProcess
{
    /// <summary>The hidden option that makes the new process leave: the log file follows.</summary>
    public const string Option = "--detached-log";

    private const int AppendToLog = 0x1 | 0x40 | 0x400; // O_WRONLY | O_CREAT | O_APPEND
    private const int OwnerReadWrite = 0x180; // 0600

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
    public static void LeaveIfAsked(IReadOnlyList<string> words)
    {
        if (words is not ["serve", ..])
        {
            return;
        }

        var at = words.Index().FirstOrDefault(word => word.Item == Option).Index;
        if (at > 0 && at + 1 < words.Count)
        {
            Leave(words[at + 1]);
        }
    }

    private static void Leave(string log)
    {
        _ = NewSession();
        var output = Open(log, AppendToLog, OwnerReadWrite);
        var nothing = Open("/dev/null", 0, 0);
        if (output < 0 || nothing < 0)
        {
            throw KernelProblems.NotWritable(log, Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())).AsException();
        }

        _ = Duplicate(nothing, 0);
        _ = Duplicate(output, 1);
        _ = Duplicate(output, 2);
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int NewSession();

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int from, int to);
}
