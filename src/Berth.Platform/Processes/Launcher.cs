using Berth.Platform.Processes.Launching;
using Microsoft.Win32.SafeHandles;

namespace Berth.Platform.Processes;

/// <summary>
/// The trampoline between daemon and app, run as a program of its own: takes a specification from standard input, becomes leader of
/// a new session, opens the log as output, gives up privileges and turns into the app's program, keeping its process id.
/// </summary>
/// <remarks>
/// Output goes straight to a file, so that a daemon that dies takes no app with it. What happened is told on standard error,
/// one line a step (<see cref="LaunchStatus"/>); that pipe closes by itself when the program takes over.
/// </remarks>
public static class Launcher
{
    /// <summary>The hidden first word of the program that calls <see cref="Run"/>.</summary>
    public const string Verb = "__launch";

    /// <param name="args">What follows the verb: the instance's name, for those who list processes. Nothing depends on it.</param>
    /// <returns>The status to exit with; only on failure, since success never returns.</returns>
    public static int Run(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var status = LaunchStatus.TakeOver();
        if (ReadSpec() is not { } spec)
        {
            return status.Fail("spec", 0, "no whole specification arrived");
        }

        return new LaunchSteps(spec, status).Run();
    }

    private static LaunchSpec? ReadSpec()
    {
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        using var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = input.Read(buffer)) > 0 && whole.Length < LaunchSpec.SizeLimit)
        {
            whole.Write(buffer, 0, read);
        }

        return LaunchSpec.Decode(whole.ToArray());
    }
}
