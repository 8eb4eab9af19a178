using System.Text;

namespace Berth.Platform.CommandLine;

/// <summary>Reads one line of what a caller sends, who may send without end and without a line's.</summary>
internal static class InputLine
{
    /// <summary>More than any answer to a question has.</summary>
    public const int Limit = 1024;

    /// <returns>The line, or what there is of it where the input ends; null when it is longer than <see cref="Limit"/>.</returns>
    public static async Task<string?> ReadAsync(TextReader reader, CancellationToken cancel)
    {
        var line = new StringBuilder();
        var one = new char[1];
        while (await reader.ReadAsync(one, cancel) == 1 && one[0] != '\n')
        {
            if (line.Length == Limit)
            {
                return null;
            }

            line.Append(one[0]);
        }

        return line.ToString().Trim();
    }
}
