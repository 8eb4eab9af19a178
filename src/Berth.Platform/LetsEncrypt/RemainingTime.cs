using System.Globalization;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Writes a time span as the letsencrypt commands always did: <c>89d, 8h, 10s</c>, and <c>2h ago</c> when it has passed.</summary>
public static class RemainingTime
{
    public static string Format(TimeSpan span)
    {
        var seconds = (long)Math.Abs(Math.Truncate(span.TotalSeconds));
        (long Count, string Unit)[] parts =
            [(seconds / 86400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
        var text = string.Join(
            ", ", parts.Where(part => part.Count > 0).Select(part => part.Count.ToString(CultureInfo.InvariantCulture) + part.Unit));
        return span.TotalSeconds <= -1 ? $"{text} ago" : text;
    }
}
