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

    // The library lets other threads see the machine's time while one reads the file: once a second is seldom, at each look is one in a hundred.
    /// <param name="file">Holds how far ahead it is now; read again within a second or two.</param>
    /// <returns>The environment of a program whose clock is set while it runs.</returns>
    public static Dictionary<string, string?> By(string file) =>
        new() { ["LD_PRELOAD"] = Library, ["FAKETIME_TIMESTAMP_FILE"] = file, ["FAKETIME_CACHE_DURATION"] = "1", ["DONT_FAKE_MONOTONIC"] = "1" };
}
