namespace Berth.TestKit;

/// <summary>The source tree the tests were built from.</summary>
public static class Checkout
{
    public static string Folder { get; } = Find(AppContext.BaseDirectory);

    public static string File(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Folder, .. parts]);

    private static string Find(string? folder) => folder switch
    {
        null => throw new DirectoryNotFoundException("no Berth.slnx above the tests"),
        _ when System.IO.File.Exists(System.IO.Path.Combine(folder, "Berth.slnx")) => folder,
        _ => Find(System.IO.Path.GetDirectoryName(folder)),
    };
}
