using System.Globalization;
using Berth.Acme.Limits;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Limits;

/// <summary>
/// The <c>limits</c> property: <c>acme.example.com/new-orders=300/3h,certificates-per-domain=50/7d</c>, one word a server. What is listed
/// takes the place of what is known of that server; <c>none</c> counts nothing there.
/// </summary>
public static class LimitWords
{
    private const string Nothing = "none";

    /// <summary>What is wrong with the text; null when nothing is.</summary>
    public static Problem? Refuse(string text) =>
        Words(text).FirstOrDefault(word => Parse(word) is null) is { } wrong ? LetsEncryptProblems.InvalidLimits(wrong) : null;

    /// <summary>The limits of a server: those known, with what the property says of it.</summary>
    public static RateLimits Of(Uri directory, string? text)
    {
        var known = RateLimits.Of(directory);
        var said = Words(text ?? "").Select(Parse).OfType<(string Host, IReadOnlyList<RateLimit>? Limits)>()
            .Where(pair => pair.Host == directory.Authority || pair.Host == directory.Host)
            .ToArray();
        if (said.Length == 0)
        {
            return known;
        }

        return said[^1].Limits is { } limits
            ? new RateLimits { All = [.. known.All.Where(limit => limits.All(other => other.Kind != limit.Kind)), .. limits] }
            : RateLimits.None;
    }

    /// <summary>A limit's name as users type it: <c>new-orders</c>.</summary>
    public static string NameOf(LimitKind kind) => kind switch
    {
        LimitKind.NewAccounts => "new-accounts",
        LimitKind.NewOrders => "new-orders",
        LimitKind.CertificatesPerDomain => "certificates-per-domain",
        LimitKind.CertificatesPerSet => "certificates-per-set",
        LimitKind.FailedValidations => "failed-validations",
        _ => "consecutive-failures",
    };

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // Null limits: none are counted. Null: no such word.
    private static (string Host, IReadOnlyList<RateLimit>? Limits)? Parse(string word)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0)
        {
            return null;
        }

        var (host, rest) = (word[..slash], word[(slash + 1)..]);
        if (rest == Nothing)
        {
            return (host, null);
        }

        var limits = rest.Split(',').Select(ParseLimit).ToArray();
        return limits.Any(limit => limit is null) ? null : (host, [.. limits.OfType<RateLimit>()]);
    }

    private static RateLimit? ParseLimit(string text)
    {
        if (text.Split('=', '/') is not [var name, var count, [.. var number, var unit]]
            || Enum.GetValues<LimitKind>().Where(kind => NameOf(kind) == name).Select(kind => (LimitKind?)kind).FirstOrDefault() is not { } found
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var most) || most is < 1 or > 1_000_000
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var units) || units is < 1 or > 10_000)
        {
            return null;
        }

        TimeSpan? period = unit switch
        {
            's' => TimeSpan.FromSeconds(units),
            'm' => TimeSpan.FromMinutes(units),
            'h' => TimeSpan.FromHours(units),
            'd' => TimeSpan.FromDays(units),
            _ => null,
        };
        return period is { } known ? new RateLimit(found, most, known) : null;
    }
}
