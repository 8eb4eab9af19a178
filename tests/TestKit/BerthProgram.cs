namespace Berth.TestKit;

/// <summary>The program under test: the native binary where <c>BERTH_NATIVE</c> names it, else the build beside the tests.</summary>
public static class BerthProgram
{
    /// <summary>Whether it is the native one: what ran before its first line is another's for the build beside the tests.</summary>
    public static bool IsNative => Environment.GetEnvironmentVariable("BERTH_NATIVE") is { Length: > 0 };

    public static string Path { get; } = IsNative ? Environment.GetEnvironmentVariable("BERTH_NATIVE")! : Checkout.File("src", "Berth", "bin", Configuration, "net10.0", "berth");

    private static string Configuration =>
#if DEBUG
        "Debug";
#else
        "Release";
#endif
}
