using System.Collections.Immutable;

namespace Berth.Authority.Policy;

/// <summary>Which names may be certified: one of the allowed patterns covers it, or there is none; and none of the denied ones does.</summary>
internal sealed class NamePolicy(IEnumerable<string> allowed, IEnumerable<string> denied)
{
    private readonly ImmutableArray<NamePattern> _allowed = [.. allowed.Select(NamePattern.Parse).OfType<NamePattern>()];
    private readonly ImmutableArray<NamePattern> _denied = [.. denied.Select(NamePattern.Parse).OfType<NamePattern>()];

    /// <param name="name">As orders hold it. A wildcard is denied with the names it stands for.</param>
    internal bool Covers(string name) =>
        (_allowed.IsEmpty || _allowed.Any(pattern => pattern.Covers(name)))
        && !_denied.Any(pattern => pattern.Covers(name) || (name.StartsWith("*.", StringComparison.Ordinal) && pattern.IsJustBelow(name[1..])));
}
