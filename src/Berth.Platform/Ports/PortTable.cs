using System.Globalization;

namespace Berth.Platform.Ports;

/// <summary>Lays port mappings out in columns: four spaces in, two between, as wide as the longest entry.</summary>
internal static class PortTable
{
    private static readonly string[] Head = ["-----> scheme", "host port", "container port"];

    /// <param name="mappings">What to show; sorted here.</param>
    /// <param name="headed">Whether the line of headings comes first.</param>
    public static IEnumerable<string> Lines(IEnumerable<PortMapping> mappings, bool headed)
    {
        string[][] rows =
        [
            .. headed ? (string[][])[Head] : [],
            .. mappings.OrderBy(mapping => mapping.ToString(), StringComparer.Ordinal).Select(mapping => (string[])
            [
                mapping.Scheme,
                mapping.HostPort.ToString(CultureInfo.InvariantCulture),
                mapping.ContainerPort.ToString(CultureInfo.InvariantCulture),
            ]),
        ];
        var (first, second) = (rows.Max(row => row[0].Length), rows.Max(row => row[1].Length));
        return rows.Select(row => $"    {row[0].PadRight(first)}  {row[1].PadRight(second)}  {row[2]}");
    }
}
