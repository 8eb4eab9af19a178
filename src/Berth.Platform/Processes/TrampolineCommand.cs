using System.Collections.Immutable;

namespace Berth.Platform.Processes;

/// <summary>How to start the program that calls <see cref="Launcher.Run"/>: <c>berth __launch</c>.</summary>
/// <param name="File">An absolute path.</param>
/// <param name="Arguments">What comes before the instance's name.</param>
public sealed record TrampolineCommand(string File, ImmutableArray<string> Arguments)
{
    /// <summary>This very program, which routes <see cref="Launcher.Verb"/> to the launcher.</summary>
    public static TrampolineCommand OfThisProgram() => new(Environment.ProcessPath!, [Launcher.Verb]);
}
