using System.Collections.Frozen;
using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes.Commands;

/// <summary>Tells the assignments, the program and its arguments apart (XCU §2.9.1).</summary>
internal static class CommandParser
{
    /// <summary>Words that mean something to a shell only: no program of that name could do their work.</summary>
    private static readonly FrozenSet<string> ShellWords = FrozenSet.Create(
        StringComparer.Ordinal,
        "if", "for", "while", "until", "case", "{", "!", ".", "cd", "export", "source", "set", "unset", "eval", "trap", "ulimit", "umask");

    /// <exception cref="ProblemException"><see cref="ProcessProblems.CommandUnsupported"/>.</exception>
    public static ParsedCommand Parse(string text, string origin)
    {
        if (text.Length > ProcessCommand.LengthLimit)
        {
            throw ProcessProblems.UnsupportedCommand(origin, $"is longer than {ProcessCommand.LengthLimit} characters").AsException();
        }

        var reader = new WordReader(text, origin);
        var assignments = ImmutableArray.CreateBuilder<Assignment>();
        var words = ImmutableArray.CreateBuilder<ImmutableArray<WordPart>>();
        var replaced = false;
        while (reader.MoveToWord())
        {
            var word = reader.ReadWord();
            if (words.Count == 0 && !replaced && AsAssignment(word) is { } assignment)
            {
                assignments.Add(assignment);
            }
            else if (words.Count == 0 && !replaced && Plain(word) == "exec")
            {
                replaced = true;
            }
            else
            {
                words.Add(word);
            }
        }

        Check(words, text, origin);
        return new ParsedCommand(assignments.ToImmutable(), words.ToImmutable());
    }

    private static void Check(ImmutableArray<ImmutableArray<WordPart>>.Builder words, string text, string origin)
    {
        if (words.Count == 0)
        {
            throw ProcessProblems.EmptyCommand(origin, text).AsException();
        }

        if (Plain(words[0]) is { } program && ShellWords.Contains(program))
        {
            throw ProcessProblems.NeedsShell(origin, program).AsException();
        }
    }

    private static string? Plain(ImmutableArray<WordPart> word) =>
        word is [LiteralPart { Quoted: false } only] ? only.Text : null;

    private static Assignment? AsAssignment(ImmutableArray<WordPart> word)
    {
        if (word is not [LiteralPart { Quoted: false } first, ..])
        {
            return null;
        }

        var equals = first.Text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && VariableName.IsValid(first.Text.AsSpan(0, equals))
            ? new Assignment(first.Text[..equals], word.SetItem(0, first with { Text = first.Text[(equals + 1)..] }))
            : null;
    }
}
