namespace Berth.Platform.CommandLine;

/// <summary>Lays rows out in columns, each as wide as its longest cell and two spaces apart.</summary>
public static class Columns
{
    /// <returns>A line for each row, without spaces at its end.</returns>
    public static IEnumerable<string> Lay(IEnumerable<string[]> rows)
    {
        string[][] all = [.. rows];
        int[] widths = [.. Enumerable.Range(0, all.Length == 0 ? 0 : all.Max(row => row.Length))
            .Select(column => all.Max(row => column < row.Length ? row[column].Length : 0))];
        return all.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
