using System.Collections.Immutable;

namespace Berth.Platform.Config;

/// <summary>What a change of config variables came to.</summary>
/// <param name="Before">The variables as they were.</param>
/// <param name="After">As they are now.</param>
/// <param name="SetAside">Keys that an older server's file, drained once already, said otherwise; that file was put aside unread.</param>
public sealed record ConfigChange(
    ImmutableSortedDictionary<string, string> Before, ImmutableSortedDictionary<string, string> After, IReadOnlyList<string> SetAside);
