namespace Berth.Platform.CommandLine;

/// <summary>Finds what someone probably meant to type.</summary>
public static class Nearest
{
    /// <returns>The candidate fewest edits away, or null when none is near (more than a third of the word's length).</returns>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        if (word.Length > 64)
        {
            return null;
        }

        var best = candidates.Select(candidate => (candidate, edits: Edits(word, candidate)))
            .DefaultIfEmpty((candidate: "", edits: int.MaxValue))
            .MinBy(pair => pair.edits);
        return best.edits <= Math.Max(1, word.Length / 3) ? best.candidate : null;
    }

    /// <summary>Edit distance with neighbouring letters swapped counted as one (optimal string alignment).</summary>
    private static int Edits(string a, string b)
    {
        var (before, above, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
        {
            above[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, above[j] + 1), above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, above, row) = (above, row, before);
        }

        return above[b.Length];
    }
}
