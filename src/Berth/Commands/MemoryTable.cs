using System.Globalization;

namespace Berth.Commands;

/// <summary>The machine's memory in MiB, in the columns people know from <c>free -m</c>.</summary>
internal static class MemoryTable
{
    public static IReadOnlyList<string> Read()
    {
        var values = Values();
        long Of(string name) => values.GetValueOrDefault(name) / 1024;
        var (total, free, shared, cache, available) =
            (Of("MemTotal"), Of("MemFree"), Of("Shmem"), Of("Buffers") + Of("Cached") + Of("SReclaimable"), Of("MemAvailable"));
        var (swap, swapFree) = (Of("SwapTotal"), Of("SwapFree"));
        return
        [
            Row("", "total", "used", "free", "shared", "buff/cache", "available"),
            Row("Mem:", total, total - available, free, shared, cache, available),
            Row("Swap:", swap, swap - swapFree, swapFree),
        ];
    }

    private static Dictionary<string, long> Values()
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            var parts = line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 1 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                values[parts[0]] = value;
            }
        }

        return values;
    }

    private static string Row(string name, params object[] cells) =>
        name.PadRight(8) + string.Concat(cells.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture)!.PadLeft(12)));
}
