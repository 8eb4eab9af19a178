using System.Globalization;

namespace Berth.Platform.Cron;

/// <summary>A duration as <c>@every</c> takes it: numbers with units, <c>1h30m</c>, <c>1.5h</c>; from a second to a year.</summary>
internal static class CronDuration
{
    private static readonly (string Unit, double Seconds)[] Units =
        [("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("ns", 1e-9), ("h", 3600), ("m", 60), ("s", 1)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        var total = 0.0;
        var rest = text.AsSpan();
        duration = default;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            if (UnitOf(rest) is not { } unit)
            {
                return false;
            }

            total += number * unit.Seconds;
            rest = rest[unit.Unit.Length..];
        }

        if (text.Length == 0 || total is < 1 or > 31_536_000)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(Math.Floor(total));
        return true;
    }

    private static (string Unit, double Seconds)? UnitOf(ReadOnlySpan<char> text)
    {
        foreach (var unit in Units)
        {
            if (text.StartsWith(unit.Unit, StringComparison.Ordinal))
            {
                return unit;
            }
        }

        return null;
    }
}
