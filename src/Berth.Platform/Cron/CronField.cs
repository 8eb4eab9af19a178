using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Berth.Kernel;

namespace Berth.Platform.Cron;

/// <summary>One field of a schedule.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Least">The smallest value.</param>
/// <param name="Most">The largest.</param>
/// <param name="Names">Names of the values from <paramref name="Least"/> on, in lower case; empty when they have none.</param>
internal sealed record CronField(string Name, int Least, int Most, string[] Names)
{
    /// <param name="text">Items with commas between them: <c>*</c>, <c>5</c>, <c>1-5</c>, <c>*/15</c>, <c>mon-fri</c>.</param>
    /// <param name="bits">A bit for each value.</param>
    /// <param name="reason">When false: what is wrong.</param>
    public bool TryParse(string text, out ulong bits, [NotNullWhen(false)] out string? reason)
    {
        (bits, reason) = (0, null);
        foreach (var item in text.Split(','))
        {
            if (!TryItem(item, out var some, out reason))
            {
                return false;
            }

            bits |= some;
        }

        return true;
    }

    /// <returns>The values in digits, or <c>*</c> for all of them.</returns>
    public string Format(ulong bits)
    {
        int[] values = [.. Enumerable.Range(Least, Most - Least + 1).Where(value => (bits >> value & 1) == 1)];
        return values.Length == Most - Least + 1 ? "*" : string.Join(',', values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
    }

    private bool TryItem(string item, out ulong bits, [NotNullWhen(false)] out string? reason)
    {
        bits = 0;
        var step = item.Split('/');
        var ends = step[0].Split('-');
        if (step.Length > 2 || ends.Length > 2)
        {
            reason = $"too many {(step.Length > 2 ? "slashes" : "hyphens")} in {Name}: {Printable.Of(item, 40)}";
            return false;
        }

        var (from, to, pace) = (Least, Most, 1);
        if (ends[0] is not ("*" or "?") || ends.Length > 1)
        {
            if (!TryValue(ends[0], out from) || !TryValue(ends[^1], out to))
            {
                reason = $"failed to parse {Name}: {Printable.Of(item, 40)}";
                return false;
            }

            // 5/15 means: from 5 on, every 15.
            to = step.Length > 1 && ends.Length == 1 ? Most : to;
        }

        if (step.Length > 1 && (!int.TryParse(step[1], NumberStyles.None, CultureInfo.InvariantCulture, out pace) || pace == 0))
        {
            reason = $"step of range should be a positive number: {Printable.Of(item, 40)}";
            return false;
        }

        reason = from < Least || to > Most ? $"{Name} is outside {Least}-{Most}: {Printable.Of(item, 40)}"
            : from > to ? $"beginning of range ({from}) beyond end of range ({to}): {Printable.Of(item, 40)}"
            : null;
        for (long value = from; reason is null && value <= to; value += pace)
        {
            bits |= 1UL << (int)value;
        }

        return reason is null;
    }

    private bool TryValue(string text, out int value)
    {
        var named = Array.IndexOf(Names, text.ToLowerInvariant());
        value = Least + named;
        return named >= 0 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
