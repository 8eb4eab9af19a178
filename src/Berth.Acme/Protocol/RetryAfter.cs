using System.Globalization;

namespace Berth.Acme.Protocol;

/// <summary>Reads <c>Retry-After</c> (RFC 9110 §10.2.3): whole seconds or an HTTP-date.</summary>
public static class RetryAfter
{
    /// <summary>The longest wait returned; servers have sent nonsense.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    // RFC 9110 §5.6.7: IMF-fixdate, and the two obsolete forms a recipient MUST accept.
    private static readonly string[] DateForms =
    [
        "ddd, dd MMM yyyy HH:mm:ss 'GMT'", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy",
    ];

    /// <param name="value">The header, null when absent.</param>
    /// <param name="now">The server's time where known: a date is told by its clock.</param>
    /// <returns>Zero to <see cref="Longest"/>; null when absent or not understood.</returns>
    public static TimeSpan? Parse(string? value, DateTimeOffset now)
    {
        var text = value?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
        {
            return text.Length <= 9 ? Clamp(TimeSpan.FromSeconds(int.Parse(text, CultureInfo.InvariantCulture))) : Longest;
        }

        return TryParseDate(text, out var date) ? Clamp(date - now) : null;
    }

    /// <summary>Reads an HTTP-date in any of its three forms.</summary>
    public static bool TryParseDate(string? text, out DateTimeOffset date) => DateTimeOffset.TryParseExact(
        text,
        DateForms,
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite,
        out date);

    private static TimeSpan Clamp(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
}
