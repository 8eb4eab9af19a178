using System.Reflection;

namespace Berth.Installing;

/// <summary>Files of <c>packaging/</c> that travel inside the binary.</summary>
internal static class Embedded
{
    public static string Text(string name) => TryText(name) ?? throw new ArgumentException($"{name} is not in the binary", nameof(name));

    /// <returns>The file's text, or null when there is none of that name.</returns>
    public static string? TryText(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"packaging/{name}");
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
