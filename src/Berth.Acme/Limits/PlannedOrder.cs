using System.Security.Cryptography;
using System.Text;

namespace Berth.Acme.Limits;

/// <summary>An order that is thought of, or was placed.</summary>
public sealed record PlannedOrder
{
    /// <summary>The account's URL, or anything else that tells accounts apart.</summary>
    public required string Account { get; init; }

    /// <summary>Names and addresses as ordered, wildcards with their label.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>True when the CA has issued for exactly these names before: then orders and domains are not counted.</summary>
    public bool IsRenewal { get; init; }

    /// <summary>True when the order names the certificate it replaces, in the window the CA suggested: then nothing is counted.</summary>
    public bool ReplacesInWindow { get; init; }

    internal string SetKey => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Names.Distinct().Order(StringComparer.Ordinal)))).AsSpan(0, 16));

    internal string SetName => Names.Count switch
    {
        0 => "",
        1 => Names[0],
        _ => $"{Names.Order(StringComparer.Ordinal).First()} and {Names.Distinct().Count() - 1} more",
    };

    internal IEnumerable<string> Domains => Names.Select(PublicSuffixes.RegisteredDomain).Distinct();
}
