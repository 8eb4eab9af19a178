using System.Runtime.InteropServices;

namespace Berth.TestKit;

/// <summary>Shows a program another time than the machine's, with libfaketime.</summary>
public static class WrongClock
{
    private static string Library { get; } =
        $"/usr/lib/{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64")}-linux-gnu/faketime/libfaketime.so.1";

    /// <param name="by">How far ahead, such as <c>+3000d</c> or <c>+1h</c>.</param>
    /// <returns>The environment of a program that believes it.</returns>
    public static Dictionary<string, string?> Ahead(string by) =>
        new() { ["LD_PRELOAD"] = Library, ["FAKETIME"] = by, ["DONT_FAKE_MONOTONIC"] = "1" };

    /// <param name="file">Holds how far ahead it is now; read at each look at the clock.</param>
    /// <returns>The environment of a program whose clock is set while it runs.</returns>
    public static Dictionary<string, string?> By(string file) =>
        new() { ["LD_PRELOAD"] = Library, ["FAKETIME_TIMESTAMP_FILE"] = file, ["FAKETIME_NO_CACHE"] = "1", ["DONT_FAKE_MONOTONIC"] = "1" };
}
