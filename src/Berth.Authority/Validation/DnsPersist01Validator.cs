using System.Collections.Immutable;
using System.Globalization;
using Berth.Acme.Protocol;
using Berth.Authority.Front;
using Berth.Kernel;

namespace Berth.Authority.Validation;

/// <summary>
/// Looks for a dns-persist-01 record: an issuer name of ours, this account, for wildcards <c>policy=wildcard</c>, and a
/// <c>persistUntil</c> that lies ahead. The account is named by its URL (drafts 00 and 01) or by a hash of it (draft 02 §4.1).
/// </summary>
/// <param name="issuers">The names that may begin the record.</param>
/// <param name="time">Decides whether a record has ended.</param>
internal sealed class DnsPersist01Validator(ImmutableArray<string> issuers, TimeProvider time) : IChallengeValidator
{
    public async Task<DateTimeOffset?> ProveAsync(ValidationTarget target, Perspective view, CancellationToken cancel)
    {
        var name = $"{PersistentRecord.Label}.{target.BaseName}";
        var reasons = new List<string>();
        foreach (var text in await view.TextAsync(name, cancel))
        {
            if (WhyNot(text, target, out var until) is not { } reason)
            {
                return until;
            }

            reasons.Add($"'{Printable.Of(text, 100)}': {reason}");
        }

        var expected = new PersistentRecord { Issuer = issuers[0], AccountUri = target.AccountUrl, CoversWildcard = target.IsWildcard };
        throw reasons.Count == 0
            ? new ValidationFailure(AcmeError.Dns, $"There is no TXT record at {name}; one must hold '{expected}'.")
            : new ValidationFailure(
                AcmeError.IncorrectResponse,
                $"No TXT record at {name} is a proof; {string.Join("; ", reasons.Take(3))}. One must hold '{expected}'.");
    }

    private string? WhyNot(string text, ValidationTarget target, out DateTimeOffset? until)
    {
        until = null;
        if (!IssueValue.TryParse(text, out var value))
        {
            return "it breaks the grammar of RFC 8659 §4.2";
        }

        var (accounts, policies, ends) = (value.All("accounturi"), value.All("policy"), value.All("persistUntil"));
        return 0 switch
        {
            _ when !issuers.Contains(value.Issuer) => "it names another issuer",
            _ when accounts.Count != 1 || policies.Count > 1 || ends.Count > 1 => "a parameter is missing or there twice",
            _ when !IsAccount(accounts[0], target) => "its accounturi is another account",
            _ when target.IsWildcard && !(policies is [var policy] && policy.Equals("wildcard", StringComparison.OrdinalIgnoreCase))
                => "it lacks policy=wildcard",
            _ when ends is [var end] && !TryReadTime(end, out until) => "its persistUntil is not a time",
            _ when until <= time.GetUtcNow() => "its persistUntil is over",
            _ => null,
        };
    }

    private static bool IsAccount(string uri, ValidationTarget target) => uri == target.AccountUrl
        || uri == PersistentRecord.HashedAccount(
            Urls.AccountHashPrefixOf(target.AccountUrl), target.BaseName, target.Thumbprint, target.AccountUrl);

    private static bool TryReadTime(string text, out DateTimeOffset? time)
    {
        var isTime = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        time = isTime ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        return isTime;
    }
}
