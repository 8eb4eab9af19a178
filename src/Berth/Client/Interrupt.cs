using System.Runtime.InteropServices;

namespace Berth.Client;

/// <summary>Ctrl-C: the first asks the command to end in its own way; the second ends this process at once, as the system does.</summary>
internal static class Interrupt
{
    /// <param name="first">Called once, on a thread of its own.</param>
    public static IDisposable Register(Action first)
    {
        var pressed = 0;
        return PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = Interlocked.Increment(ref pressed) == 1;
            if (context.Cancel)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static ask => ask(), first, preferLocal: false);
            }
        });
    }
}
