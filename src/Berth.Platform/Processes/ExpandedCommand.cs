using System.Collections.Immutable;

namespace Berth.Platform.Processes;

/// <summary>What a start hands to the kernel.</summary>
/// <param name="Words">The program, then its arguments; at least one word.</param>
/// <param name="Environment">The environment asked for, with the command's own assignments.</param>
public sealed record ExpandedCommand(ImmutableArray<string> Words, ImmutableDictionary<string, string> Environment);
