using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.Processes.Commands;

namespace Berth.Platform.Processes;

/// <summary>
/// A command line that starts without a shell. Words are split as POSIX sh splits them (XCU §2.2 quoting, §2.6.5 field
/// splitting); <c>$NAME</c>, <c>${NAME}</c>, <c>${NAME-text}</c> and <c>${NAME:-text}</c> take their value when the process starts;
/// <c>NAME=value</c> before the program is set for it; a leading <c>exec</c> is left out, since every start is one.
/// What only a shell can do (pipes, redirections, lists, substitutions, patterns) is refused.
/// </summary>
public sealed record ProcessCommand
{
    /// <summary>The longest command line, in characters.</summary>
    public const int LengthLimit = 16 * 1024;

    private readonly ParsedCommand _parsed;

    private ProcessCommand(string text, string origin, ParsedCommand parsed) => (Text, Origin, _parsed) = (text, origin, parsed);

    /// <summary>The line as it was written, without the spaces in front.</summary>
    public string Text { get; }

    /// <summary>Where it was written, for messages: <c>Procfile line 3 (web)</c>.</summary>
    public string Origin { get; }

    public bool Equals(ProcessCommand? other) => other is not null && other.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    /// <param name="text">The command line.</param>
    /// <param name="origin">Where it was written, for messages.</param>
    /// <exception cref="ProblemException"><see cref="ProcessProblems.CommandUnsupported"/>.</exception>
    public static ProcessCommand Parse(string text, string origin = "The command")
    {
        // A space at the end stays: it may be quoted with a backslash.
        var trimmed = text.TrimStart(' ', '\t', '\r', '\n').TrimEnd('\r', '\n');
        return new ProcessCommand(trimmed, origin, CommandParser.Parse(trimmed, origin));
    }

    /// <summary>The command that starts exactly these words, whatever they hold.</summary>
    public static ProcessCommand Of(IEnumerable<string> words, string origin = "The command") =>
        Parse(string.Join(' ', words.Select(ShellQuoting.Of)), origin);

    /// <param name="environment">What <c>$NAME</c> stands for; a name that is missing is empty.</param>
    /// <exception cref="ProblemException"><see cref="ProcessProblems.CommandUnsupported"/> when no word is left.</exception>
    public ExpandedCommand Expand(IReadOnlyDictionary<string, string> environment)
    {
        var words = _parsed.Words.SelectMany(word => WordExpansion.Fields(word, environment)).ToImmutableArray();
        if (words.Length == 0 || words[0].Length == 0)
        {
            throw ProcessProblems.EmptyCommand(Origin, Text).AsException();
        }

        var changed = environment.ToImmutableDictionary();
        foreach (var assignment in _parsed.Assignments)
        {
            // XCU §2.9.1: the words above saw the environment as it was; a later assignment sees the earlier ones.
            changed = changed.SetItem(assignment.Name, WordExpansion.Text(assignment.Value, changed));
        }

        return new ExpandedCommand(words, changed);
    }
}
