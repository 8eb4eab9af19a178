using System.Globalization;
using System.Text;

namespace Berth.Platform.Builds;

/// <summary>A record as commands show it; the property order is the JSON's.</summary>
internal sealed record BuildView(
    string Id,
    string App,
    string Kind,
    int Pid,
    DateTime StartedAt,
    DateTime? FinishedAt,
    string Status,
    string Source,
    int? ExitCode,
    string DisplayStatus,
    string Duration,
    string LogPath)
{
    public static BuildView Of(BuildRecord record, DateTimeOffset now, string logPath) => new(
        record.Id,
        record.App,
        record.Kind,
        record.Pid,
        record.StartedAt,
        record.FinishedAt,
        record.Status,
        record.Source,
        record.ExitCode,
        record.DisplayStatus,
        Spelled(record.DurationAt(now)),
        logPath);

    /// <summary>Whole seconds as Dokku's records have them: <c>1h2m3s</c>.</summary>
    public static string Spelled(TimeSpan duration)
    {
        var text = new StringBuilder();
        var hours = (long)duration.TotalHours;
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || duration.Minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        }

        return text.Append(CultureInfo.InvariantCulture, $"{duration.Seconds}s").ToString();
    }

    /// <summary>RFC 3339 in seconds.</summary>
    public static string Time(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
