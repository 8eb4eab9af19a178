using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Authority.Validation;

/// <summary>Decides by a name's relevant CAA records (RFC 8659 §4) and their bindings (RFC 8657).</summary>
internal static class CaaRule
{
    private const int Critical = 0x80;

    private static readonly ImmutableArray<string> Understood =
        ["issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"];

    /// <param name="records">The whole relevant set.</param>
    /// <param name="identities">The names this authority goes by, lower case.</param>
    /// <param name="target">Who asks for what, proven how.</param>
    /// <returns>Null when it may be issued; otherwise why not, as the end of a sentence.</returns>
    internal static string? WhyNot(
        IReadOnlyList<CaaEntry> records, ImmutableArray<string> identities, ValidationTarget target)
    {
        if (records.FirstOrDefault(record => (record.Flags & Critical) != 0 && !IsTag(record, Understood)) is { } strange)
        {
            return $"it holds the critical property '{Printable.Of(strange.Tag, 30)}', which is not known here";
        }

        var wild = records.Where(record => target.IsWildcard && IsTag(record, ["issuewild"])).ToList();
        var relevant = wild.Count > 0 ? wild : [.. records.Where(record => IsTag(record, ["issue"]))];
        if (relevant.Count == 0)
        {
            return null;
        }

        var reasons = relevant.Select(record => WhyNot(record.Value, identities, target)).ToList();
        return reasons.Contains(null) ? null : reasons.MaxBy(reason => reason!.Length);
    }

    private static string? WhyNot(string text, ImmutableArray<string> identities, ValidationTarget target)
    {
        if (!IssueValue.TryParse(text, out var value) || !identities.Contains(value.Issuer))
        {
            return $"it names others than {string.Join(", ", identities)}";
        }

        // RFC 8657 §3: more than one makes the property unsatisfiable.
        var accounts = value.All("accounturi");
        if (accounts.Length > 1 || (accounts.Length == 1 && accounts[0] != target.AccountUrl))
        {
            return $"it is bound to the account '{Printable.Of(string.Join(' ', accounts), 150)}', and this one is {target.AccountUrl}";
        }

        // RFC 8657 §4: a comma-separated list of labels.
        var methods = value.All("validationmethods");
        return methods.Length == 0 || (methods.Length == 1 && methods[0].Split(',').Contains(target.Type, StringComparer.Ordinal))
            ? null
            : $"it allows the validation methods '{Printable.Of(string.Join(' ', methods), 100)}' only, not {target.Type}";
    }

    private static bool IsTag(CaaEntry record, ImmutableArray<string> tags) =>
        tags.Contains(record.Tag, StringComparer.OrdinalIgnoreCase);
}
