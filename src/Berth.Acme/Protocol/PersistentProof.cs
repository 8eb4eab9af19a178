using System.Globalization;

namespace Berth.Acme.Protocol;

/// <summary>
/// Whether a TXT record proves what dns-persist-01 asks for. One that says more than was asked (a policy, an end that lies ahead) proves it too:
/// people make one record for a name and its wildcard, and keep it.
/// </summary>
internal static class PersistentProof
{
    /// <param name="text">The record that is there.</param>
    /// <param name="wanted">The one that was asked for, a <see cref="PersistentRecord"/>.</param>
    /// <param name="now">The present.</param>
    /// <returns>What it lacks, as the end of a sentence; null when it proves.</returns>
    internal static string? Lack(string text, string wanted, DateTimeOffset now)
    {
        if (text == wanted)
        {
            return null;
        }

        if (!IssueValue.TryParse(text, out var found) || !IssueValue.TryParse(wanted, out var asked) || found.Issuer != asked.Issuer)
        {
            return "is for another authority";
        }

        return 0 switch
        {
            _ when !found.All("accounturi").SequenceEqual(asked.All("accounturi")) => "names another account",
            _ when IsWildcard(asked) && !IsWildcard(found) => "lacks policy=wildcard",
            _ when found.All("policy").Count > 1 || found.All("persistUntil").Count > 1 => "says something twice",
            _ when found.All("persistUntil") is [var end] && !LiesAhead(end, now) => "has ended (persistUntil)",
            _ => null,
        };
    }

    private static bool IsWildcard(IssueValue value) =>
        value.All("policy") is [var policy] && policy.Equals("wildcard", StringComparison.OrdinalIgnoreCase);

    private static bool LiesAhead(string end, DateTimeOffset now) =>
        long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > now.ToUnixTimeSeconds();
}
