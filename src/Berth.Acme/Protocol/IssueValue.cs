using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Berth.Acme.Protocol;

/// <summary>The value of a CAA issue property (RFC 8659 §4.2), and of a dns-persist-01 record, which has the same form.</summary>
public sealed class IssueValue
{
    private const int Longest = 4096;

    private readonly ImmutableArray<(string Tag, string Value)> _parameters;

    private IssueValue(string issuer, ImmutableArray<(string Tag, string Value)> parameters) =>
        (Issuer, _parameters) = (issuer, parameters);

    /// <summary>Lower case; empty forbids everyone.</summary>
    public string Issuer { get; }

    /// <param name="tag">Its name.</param>
    /// <returns>All values of a parameter, its name compared without case.</returns>
    public IReadOnlyList<string> All(string tag) =>
        [.. _parameters.Where(found => string.Equals(found.Tag, tag, StringComparison.OrdinalIgnoreCase)).Select(found => found.Value)];

    /// <summary>Reads a value by the grammar; one that breaks it names nobody.</summary>
    /// <param name="text">As it stands in DNS.</param>
    /// <param name="value">What it says.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out IssueValue? value)
    {
        ArgumentNullException.ThrowIfNull(text);
        value = null;
        if (text.Length > Longest)
        {
            return false;
        }

        var parts = text.Split(';');
        var issuer = Bare(parts[0]).ToLowerInvariant();
        if (issuer.Length > 0 && !IsDomain(issuer))
        {
            return false;
        }

        var parameters = ImmutableArray.CreateBuilder<(string, string)>();
        for (var i = 1; i < parts.Length; i++)
        {
            var part = Bare(parts[i]);
            if (part.Length == 0 && i == parts.Length - 1)
            {
                break; // a semicolon at the end, or nothing but one
            }

            if (!TrySplit(part, out var parameter))
            {
                return false;
            }

            parameters.Add(parameter);
        }

        value = new IssueValue(issuer, parameters.ToImmutable());
        return true;
    }

    private static bool TrySplit(string part, out (string Tag, string Value) parameter)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        parameter = equals < 0 ? default : (Bare(part[..equals]), Bare(part[(equals + 1)..]));
        return equals > 0 && IsLabel(parameter.Tag) && parameter.Value.All(c => c is > ' ' and < '\x7f' and not ';');
    }

    private static bool IsDomain(string text) => text.Length <= 253 && text.Split('.').All(IsLabel);

    private static bool IsLabel(string text) => text is { Length: > 0 and <= 63 } && text[0] != '-' && text[^1] != '-'
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static string Bare(string text) => text.Trim(' ', '\t');
}
