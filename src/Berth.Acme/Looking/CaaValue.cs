namespace Berth.Acme.Looking;

/// <summary>The value of an issue property (RFC 8659 §4.2) with the parameters of RFC 8657.</summary>
/// <param name="Issuer">Empty for one that permits nobody.</param>
/// <param name="AccountUri">The one account that may order; null for any.</param>
/// <param name="Methods">The challenge types permitted; null for any.</param>
internal sealed record CaaValue(string Issuer, string? AccountUri, IReadOnlyList<string>? Methods)
{
    internal static CaaValue Parse(string text)
    {
        var parts = text.Split(';', StringSplitOptions.TrimEntries);
        var parameters = parts.Skip(1).Select(part => part.Split('=', 2, StringSplitOptions.TrimEntries))
            .Where(pair => pair.Length == 2)
            .ToLookup(pair => pair[0].ToLowerInvariant(), pair => pair[1]);
        return new CaaValue(
            parts[0].TrimEnd('.').ToLowerInvariant(),
            parameters["accounturi"].FirstOrDefault(),
            parameters["validationmethods"].FirstOrDefault()?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }
}
