using System.Reflection;

namespace Berth.Installing;

/// <summary>Files of <c>packaging/</c> that travel inside the binary.</summary>
internal static class Embedded
{
    public static string Text(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"packaging/{name}")
            ?? throw new ArgumentException($"{name} is not in the binary", nameof(name));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
