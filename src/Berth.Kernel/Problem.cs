using System.Collections.Immutable;

namespace Berth.Kernel;

/// <summary>An expected failure: what was found and what to do next.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Found">One sentence: what is wrong, with the name or value it is about. Never holds a secret.</param>
/// <param name="Remedy">What the reader can do now: a command to type or a file to fix.</param>
public sealed record Problem(ProblemCode Code, string Found, string Remedy)
{
    /// <summary>Further findings, one a line, in the order found: a CA's subproblems, a process's last output.</summary>
    public ImmutableArray<string> Details { get; init; } = [];

    /// <summary>Wraps the problem for throwing; only the border catches it.</summary>
    public ProblemException AsException(Exception? cause = null) => new(this, cause);
}
