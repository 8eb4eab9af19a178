using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Berth.Platform.Cron;

/// <summary>
/// When a task is due: five fields (minute, hour, day of month, month, day of week), each a list of values, ranges and steps, with names for
/// months and weekdays; or a word such as <c>@daily</c>; or <c>@every</c> with a duration.
/// </summary>
/// <param name="Minutes">Bit n: minute n.</param>
/// <param name="Hours">Bit n: hour n.</param>
/// <param name="Days">Bit n: day n of the month.</param>
/// <param name="Months">Bit n: month n.</param>
/// <param name="Weekdays">Bit n: day n of the week, Sunday first.</param>
/// <param name="Every">The pause of <c>@every</c>; then the fields are empty.</param>
public sealed record CronSchedule(ulong Minutes, ulong Hours, ulong Days, ulong Months, ulong Weekdays, TimeSpan? Every)
{
    /// <summary>The longest text, in characters.</summary>
    public const int LengthLimit = 1000;

    private static readonly CronField[] Fields =
    [
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day of month", 1, 31, []),
        new("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        new("day of week", 0, 6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    /// <param name="text">As written in app.json.</param>
    /// <param name="schedule">What it says.</param>
    /// <param name="reason">When false: what is wrong.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? reason)
    {
        schedule = null;
        if (text.Length > LengthLimit)
        {
            reason = $"it is longer than {LengthLimit} characters";
            return false;
        }

        if (!TrySkipZone(text.Trim(), out var rest, out reason))
        {
            return false;
        }

        if (rest.StartsWith("@every ", StringComparison.Ordinal))
        {
            reason = CronDuration.TryParse(rest["@every ".Length..].Trim(), out var pause) ? null : "failed to parse duration";
            schedule = reason is null ? new CronSchedule(0, 0, 0, 0, 0, pause) : null;
            return schedule is not null;
        }

        if (rest.StartsWith('@') && !Words.ContainsKey(rest))
        {
            reason = $"unrecognized descriptor: {Kernel.Printable.Of(rest, 60)}";
            return false;
        }

        return TryFields(Words.GetValueOrDefault(rest, rest), out schedule, out reason);
    }

    /// <returns>The schedule in digits; <see cref="TryParse"/> gives the same schedule back.</returns>
    public override string ToString() => Every is { } pause
        ? string.Create(CultureInfo.InvariantCulture, $"@every {(long)pause.TotalSeconds}s")
        : string.Join(' ', Fields.Zip([Minutes, Hours, Days, Months, Weekdays], (field, bits) => field.Format(bits)));

    private static bool TryFields(string text, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? reason)
    {
        schedule = null;
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length)
        {
            reason = $"expected exactly 5 fields, found {parts.Length}: [{Kernel.Printable.Of(text, 60)}]";
            return false;
        }

        var bits = new ulong[Fields.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!Fields[i].TryParse(parts[i], out bits[i], out reason))
            {
                return false;
            }
        }

        reason = null;
        schedule = new CronSchedule(bits[0], bits[1], bits[2], bits[3], bits[4], null);
        return true;
    }

    /// <summary><c>TZ=Europe/Berlin</c> may stand in front.</summary>
    private static bool TrySkipZone(string text, out string rest, [NotNullWhen(false)] out string? reason)
    {
        (rest, reason) = (text, null);
        if (!text.StartsWith("TZ=", StringComparison.Ordinal) && !text.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            return true;
        }

        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var zone = text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..(space < 0 ? text.Length : space)];
        rest = space < 0 ? "" : text[space..].Trim();
        // The name is looked up as a file's: it must not lead out of their folder.
        reason = zone.Length <= 100 && zone.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+')
            && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _) ? null : $"provided bad location {Kernel.Printable.Of(zone, 60)}";
        return reason is null;
    }
}
