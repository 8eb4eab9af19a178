using System.Diagnostics;

namespace Berth.Daemon;

/// <summary>
/// Lets a test end the daemon with kill -9 at a named step of an issuance: <c>BERTH_FAILPOINT=order-saved</c>. Unset, it costs nothing.
/// </summary>
internal static class FailPoints
{
    private static readonly string? Wanted = Environment.GetEnvironmentVariable("BERTH_FAILPOINT");

    public static Action<string>? Hook => string.IsNullOrEmpty(Wanted) ? null : Reached;

    private static void Reached(string name)
    {
        if (name == Wanted)
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
            self.WaitForExit();
        }
    }
}
