namespace Berth.Platform.CommandLine;

/// <summary>Lines in the contract's columns: <c>%-6s %-18s %-25s %-25s %-25s</c> behind an arrow, else four of 25. Every column is padded.</summary>
public static class ColumnLine
{
    private static readonly int[] Plain = [25, 25, 25, 25];
    private static readonly int[] Arrow = [6, 18, 25, 25, 25];

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
}
