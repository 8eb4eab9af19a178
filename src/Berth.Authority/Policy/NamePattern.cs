using Berth.Kernel;

namespace Berth.Authority.Policy;

/// <summary>
/// Names that a policy speaks of: <c>example.com</c> is that name alone, <c>.example.com</c> is everything below it, wildcards too,
/// <c>10.0.0.0/8</c> the addresses of a network.
/// </summary>
internal sealed class NamePattern
{
    private readonly string? _exact;
    private readonly string? _below;
    private readonly System.Net.IPNetwork? _network;

    private NamePattern(string? exact, string? below, System.Net.IPNetwork? network) =>
        (_exact, _below, _network) = (exact, below, network);

    /// <summary>Reads a pattern; <c>*.example.com</c> is another spelling of <c>.example.com</c>.</summary>
    internal static NamePattern? Parse(string text)
    {
        if (System.Net.IPNetwork.TryParse(text, out var network))
        {
            return new NamePattern(null, null, network);
        }

        if (System.Net.IPAddress.TryParse(text, out var address))
        {
            return new NamePattern(address.ToString(), null, null);
        }

        var isBelow = text.StartsWith('.') || text.StartsWith("*.", StringComparison.Ordinal);
        var name = isBelow ? text[(text.IndexOf('.', StringComparison.Ordinal) + 1)..] : text;
        return !DomainName.TryParse(name, out var parsed) || parsed.IsWildcard ? null
            : isBelow ? new NamePattern(null, "." + parsed.Text, null)
            : new NamePattern(parsed.Text, null, null);
    }

    /// <param name="name">A name as orders hold it: lower case, a wildcard or an address perhaps.</param>
    internal bool Covers(string name) => this switch
    {
        { _network: { } network } => System.Net.IPAddress.TryParse(name, out var address)
            && address.AddressFamily == network.BaseAddress.AddressFamily && network.Contains(address),
        { _below: { } below } => name.EndsWith(below, StringComparison.Ordinal),
        _ => name == _exact,
    };

    /// <summary>True when it covers a single name of those that a wildcard stands for.</summary>
    /// <param name="parent">With its dot in front: <c>.example.com</c>.</param>
    internal bool IsJustBelow(string parent) => _exact is { } exact && exact.EndsWith(parent, StringComparison.Ordinal)
        && !exact.AsSpan(0, exact.Length - parent.Length).Contains('.');
}
