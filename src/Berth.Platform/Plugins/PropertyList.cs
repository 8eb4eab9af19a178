namespace Berth.Platform.Plugins;

/// <summary>A property that is a list: one entry a line. Positions count from 1 where something is put, as Dokku's do; 0 means the end.</summary>
internal static class PropertyList
{
    public static IReadOnlyList<string> Parse(string? text) => (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static string Format(IEnumerable<string> entries) => string.Concat(entries.Select(entry => entry + "\n"));

    /// <returns>The list with the value at the position, or at the end.</returns>
    public static IReadOnlyList<string> Add(IReadOnlyList<string> list, string value, int position) =>
        position <= 0 || position > list.Count
            ? [.. list, value]
            : [.. list.Take(position - 1), value, .. list.Skip(position - 1)];

    /// <returns>The list with the value instead of what stood at the position, or at the end.</returns>
    public static IReadOnlyList<string> Set(IReadOnlyList<string> list, string value, int position) =>
        position <= 0 || position > list.Count
            ? [.. list, value]
            : [.. list.Take(position - 1), value, .. list.Skip(position)];
}
