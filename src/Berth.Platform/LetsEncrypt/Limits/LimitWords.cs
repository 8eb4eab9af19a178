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
        Words(text).FirstOrDefault(word => Parse(word) is null) is { } wrong ? LetsEncryptProblems.InvalidLimits(wrong, UnreadableIn(wrong)) : null;

    private static string? UnreadableIn(string word) => word.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && word[(slash + 1)..] is var rest && rest.Length > 0 && rest != Nothing
        ? rest.Split(',').FirstOrDefault(limit => LimitNotation.Parse(limit) is null)
        : null;

    /// <summary>The limits of a server: those known, with what the property says of it.</summary>
    public static RateLimits Of(Uri directory, string? text)
    {
        var known = RateLimits.Of(directory);
        var said = Words(text ?? "").Select(Parse).OfType<(string Host, IReadOnlyList<RateLimit>? Limits)>()
            .Where(pair => pair.Host.Equals(directory.Authority, StringComparison.OrdinalIgnoreCase) || pair.Host.Equals(directory.Host, StringComparison.OrdinalIgnoreCase))
            .ToArray();
        if (said.Length == 0)
        {
            return known;
        }

        return said[^1].Limits is { } limits
            ? new RateLimits { All = [.. known.All.Where(limit => limits.All(other => other.Kind != limit.Kind)), .. limits] }
            : RateLimits.None;
    }

    // By the names that servers are set by, too; where Berth's own authority is, only the daemon knows.
    private static string? HostOf(string word) => !AcmeServers.IsKnown(word) ? word : word == AcmeServers.BuiltIn ? null : AcmeServers.DirectoryOf(word)?.Authority;

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // Null limits: none are counted. Null: no such word.
    private static (string Host, IReadOnlyList<RateLimit>? Limits)? Parse(string word)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0)
        {
            return null;
        }

        var (host, rest) = (HostOf(word[..slash]), word[(slash + 1)..]);
        if (host is null)
        {
            return null;
        }

        if (rest == Nothing)
        {
            return (host, null);
        }

        var limits = rest.Split(',').Select(LimitNotation.Parse).ToArray();
        return limits.Any(limit => limit is null) || limits.DistinctBy(limit => limit!.Kind).Count() < limits.Length ? null : (host, [.. limits.OfType<RateLimit>()]);
    }
}
