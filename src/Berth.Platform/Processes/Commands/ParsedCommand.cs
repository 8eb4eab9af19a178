using System.Collections.Immutable;

namespace Berth.Platform.Processes.Commands;

/// <summary>A command line split into words that wait for their variables.</summary>
internal sealed record ParsedCommand(ImmutableArray<Assignment> Assignments, ImmutableArray<ImmutableArray<WordPart>> Words);

/// <summary><c>NAME=value</c> in front of the program.</summary>
internal sealed record Assignment(string Name, ImmutableArray<WordPart> Value);
