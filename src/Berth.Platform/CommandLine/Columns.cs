namespace Berth.Platform.CommandLine;

/// <summary>Lays words out in columns.</summary>
public static class Columns
{
    private static readonly int[] Plain = [25, 25, 25, 25];
    private static readonly int[] Arrow = [6, 18, 25, 25, 25];

    /// <summary>
    /// A line in the contract's columns: <c>%-6s %-18s %-25s %-25s %-25s</c> behind an arrow, else four of 25. Every column is padded.
    /// </summary>
    public static string Of(params ReadOnlySpan<string> words)
    {
        var widths = words is ["----->" or "=====>", ..] ? Arrow : Plain;
        var padded = new string[widths.Length];
        for (var i = 0; i < widths.Length; i++)
        {
            padded[i] = (i < words.Length ? words[i] : "").PadRight(widths[i]);
        }

        return string.Join(' ', padded);
    }

    /// <summary>Makes each column as wide as its longest cell, two spaces apart.</summary>
    /// <returns>A line for each row, without spaces at its end.</returns>
    public static IEnumerable<string> Lay(IEnumerable<string[]> rows)
    {
        string[][] all = [.. rows];
        int[] widths = [.. Enumerable.Range(0, all.Length == 0 ? 0 : all.Max(row => row.Length))
            .Select(column => all.Max(row => column < row.Length ? row[column].Length : 0))];
        return all.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
