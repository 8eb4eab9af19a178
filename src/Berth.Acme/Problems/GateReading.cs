using System.Globalization;
using System.Text.RegularExpressions;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme;

/// <summary>
/// Reads from a refusal how long to wait and with what. The protocol says the first (Retry-After, RFC 9110 §10.2.3) and not the
/// second: that is in the words of Let's Encrypt's server, and taken to be the account where the words are others.
/// </summary>
internal static partial class GateReading
{
    private const int LongestPage = 4096;
    private const int LongestWords = 16 * 1024;
    private const int MostSubjects = 100;

    /// <returns>Null when the refusal asks for no wait.</returns>
    internal static AuthorityGate? Of(AcmeRefusalException refusal)
    {
        var response = refusal.Response;
        var words = refusal.Document.Detail is { } detail ? detail[..Math.Min(detail.Length, LongestWords)] : "";
        var limited = refusal.Type == AcmeError.RateLimited || response.Status == 429;
        var until = response.RetryAfter is { } wait ? response.ReceivedAt + wait : UntilIn(words);
        if (!limited && (response.Status < 500 || until is null))
        {
            return null;
        }

        var scope = limited ? ScopeOf(refusal.Document, words) : GateScope.Authority;
        return new AuthorityGate
        {
            Scope = scope,
            Subjects = scope is GateScope.Name or GateScope.Domain ? SubjectsOf(refusal.Document, words) : [],
            Until = until,
            Page = PageIn(words),
            Words = AcmeProblems.WordsOf(refusal.Document),
        };
    }

    private static GateScope ScopeOf(ProblemDocument document, string words)
    {
        bool Says(string text) => words.Contains(text, StringComparison.OrdinalIgnoreCase);
        return Says("too many new registrations") ? GateScope.Registration
            : Says("too many requests") || Says("this IP address") ? GateScope.Authority
            : Says("exact set of") ? GateScope.NameSet
            : Says("failed authorizations") || Says("prevented from requesting certificates for") ? GateScope.Name
            : Says("already issued for") ? GateScope.Domain
            : document.Subproblems?.Any(sub => sub.Identifier is not null) == true ? GateScope.Name
            : GateScope.Account;
    }

    // In the subproblems' identifiers, in quotes, or listed in the words.
    private static List<string> SubjectsOf(ProblemDocument document, string words)
    {
        var named = document.Subproblems?.Select(sub => sub.Identifier?.Value) ?? [];
        var written = WordLike().Matches(words.Length <= LongestPage ? words : words[..LongestPage]).Select(match => match.Value);
        var quoted = Quoted().Matches(words).Select(match => match.Groups[1].Value);
        return
        [
            .. named.Concat(quoted.Any() ? quoted : written)
                .Where(text => text is not null && IsSubject(text))
                .Select(text => text!)
                .Distinct()
                .Take(MostSubjects),
        ];
    }

    private static bool IsSubject(string text) =>
        (DomainName.TryParse(text, out var name) && name.Text == text && text.Contains('.', StringComparison.Ordinal))
        || Identifier.Of(text).Type == Identifier.IpType;

    // "retry after 2026-11-23 20:15:00 UTC"; in the authority's clock, close enough where there is no header.
    private static DateTimeOffset? UntilIn(string words) =>
        RetryTime().Match(words) is { Success: true } match
        && DateTimeOffset.TryParseExact(
            match.Groups[1].Value, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    private static string? PageIn(string words) =>
        Page().Match(words) is { Success: true } match && match.Length <= LongestPage
        && Uri.TryCreate(match.Value.TrimEnd('.', ',', ')'), UriKind.Absolute, out var url)
            ? url.AbsoluteUri
            : null;

    [GeneratedRegex("retry after ([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}) UTC", RegexOptions.IgnoreCase)]
    private static partial Regex RetryTime();

    [GeneratedRegex("https://[!-~]+")]
    private static partial Regex Page();

    [GeneratedRegex("\"([^\"]{1,260})\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<![/\w.:@=?&%-])(?:\*\.)?[a-z0-9][a-z0-9.-]{1,250}\.[a-z0-9-]+(?![\w/:@-])")]
    private static partial Regex WordLike();
}
