using System.Collections.Immutable;

namespace Berth.Platform.Processes.Commands;

/// <summary>One stretch of a word.</summary>
/// <param name="Quoted">True when it stays one field and counts even if empty.</param>
internal abstract record WordPart(bool Quoted);

internal sealed record LiteralPart(string Text, bool Quoted) : WordPart(Quoted);

/// <summary>A parameter expansion (XCU §2.6.2).</summary>
/// <param name="Name">The variable.</param>
/// <param name="Otherwise">What stands in when the variable is unset.</param>
/// <param name="AlsoWhenEmpty">True for <c>:-</c>: an empty value counts as unset.</param>
/// <param name="Quoted">True inside double quotes.</param>
internal sealed record VariablePart(string Name, ImmutableArray<WordPart> Otherwise, bool AlsoWhenEmpty, bool Quoted)
    : WordPart(Quoted);
