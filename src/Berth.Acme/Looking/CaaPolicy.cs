using Berth.Acme.Protocol;

namespace Berth.Acme.Looking;

/// <summary>Judges CAA records as an authority does (RFC 8659, RFC 8657).</summary>
public sealed record CaaPolicy
{
    private const byte Critical = 128;
    private static readonly string[] Known = ["issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"];

    /// <summary>The names the authority answers to in CAA records (its directory's <c>caaIdentities</c>).</summary>
    public required IReadOnlyList<string> Identities { get; init; }

    /// <summary>The account's URL; null while there is none, and then records that ask for one are not judged by it.</summary>
    public string? AccountUrl { get; init; }

    /// <summary>The challenge types that can be answered.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <param name="properties">The records that hold for the name.</param>
    /// <param name="isWildcard">Whether a wildcard is wanted.</param>
    /// <returns>Why the authority must refuse, as the rest of a sentence; null when it may issue.</returns>
    public string? Refusal(IReadOnlyList<CaaProperty> properties, bool isWildcard)
    {
        var unknown = properties.FirstOrDefault(property => (property.Flags & Critical) != 0 && !Known.Contains(property.Tag.ToLowerInvariant()));
        if (unknown is not null)
        {
            return $"hold the critical tag '{unknown.Tag}', which no authority may pass over";
        }

        var issue = properties.Where(property => Is(property, "issue")).ToArray();
        var wild = properties.Where(property => Is(property, "issuewild")).ToArray();
        var rules = (isWildcard && wild.Length > 0 ? wild : issue)
            .Select(property => IssueValue.TryParse(property.Value, out var value) ? value : null).ToArray();
        if (rules.Length == 0)
        {
            return null;
        }

        var own = rules.OfType<IssueValue>().Where(rule => Identities.Contains(rule.Issuer, StringComparer.OrdinalIgnoreCase)).ToArray();
        return own.Length == 0 ? $"permit {Issuers(rules)}, not {string.Join(" or ", Identities)}"
            : own.Any(rule => AccountFits(rule) && MethodFits(rule)) ? null
            : Unmet(own[0]);
    }

    private string Unmet(IssueValue rule) => !AccountFits(rule)
        ? $"permit {rule.Issuer} for the account {string.Join(" and ", rule.All("accounturi"))} only, not {AccountUrl}"
        : $"permit {rule.Issuer} by {string.Join(' ', rule.All("validationmethods"))} only, not by {string.Join(" or ", Methods)}";

    // RFC 8657 §3: more than one makes the property unsatisfiable.
    private bool AccountFits(IssueValue rule) => rule.All("accounturi") switch
    {
        [] => true,
        [var only] => AccountUrl is null || only == AccountUrl,
        _ => false,
    };

    // RFC 8657 §4: a comma-separated list of labels.
    private bool MethodFits(IssueValue rule) => rule.All("validationmethods") switch
    {
        [] => true,
        [var list] => list.Split(',').Any(method => Methods.Contains(method, StringComparer.Ordinal)),
        _ => false,
    };

    private static bool Is(CaaProperty property, string tag) => property.Tag.Equals(tag, StringComparison.OrdinalIgnoreCase);

    private static string Issuers(IEnumerable<IssueValue?> rules)
    {
        var issuers = rules.Select(rule => rule?.Issuer).Where(issuer => issuer is { Length: > 0 }).Distinct().ToArray();
        return issuers.Length == 0 ? "nobody" : string.Join(", ", issuers);
    }
}
