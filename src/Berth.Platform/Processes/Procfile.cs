using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>
/// Reads a Procfile: one <c>name: command</c> a line; empty lines and lines that start with <c>#</c> are left out.
/// </summary>
public static class Procfile
{
    /// <summary>The largest file that is read, in characters; a real one has a few hundred.</summary>
    public const int SizeLimit = 64 * 1024;

    /// <summary>The most process types one file may name.</summary>
    public const int TypeLimit = 100;

    /// <param name="text">The file's content; LF or CRLF, with or without a byte order mark.</param>
    /// <param name="fileName">How messages call it: <c>Procfile</c>.</param>
    /// <returns>The command of each type; never empty.</returns>
    /// <exception cref="ProblemException">
    /// <see cref="ProcessProblems.ProcfileInvalid"/> or <see cref="ProcessProblems.CommandUnsupported"/>, naming the line.
    /// </exception>
    public static ImmutableSortedDictionary<ProcessType, ProcessCommand> Parse(string text, string fileName)
    {
        if (text.Length > SizeLimit)
        {
            throw ProcessProblems.InvalidProcfile(fileName, $"is larger than {SizeLimit / 1024} KiB").AsException();
        }

        var found = ImmutableSortedDictionary.CreateBuilder<ProcessType, ProcessCommand>();
        var number = 0;
        foreach (var line in text.TrimStart('\ufeff').Split('\n'))
        {
            number++;
            var trimmed = line.Trim(' ', '\t', '\r');
            if (trimmed.Length > 0 && trimmed[0] != '#')
            {
                Add(found, trimmed, $"{fileName} line {number}");
            }
        }

        return found.Count > 0
            ? found.ToImmutable()
            : throw ProcessProblems.InvalidProcfile(fileName, "names no process").AsException();
    }

    private static void Add(
        ImmutableSortedDictionary<ProcessType, ProcessCommand>.Builder found, string line, string origin)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            throw ProcessProblems.InvalidProcfile(origin, $"reads '{Printable.Of(line, 60)}'").AsException();
        }

        var name = line[..colon].TrimEnd(' ', '\t');
        if (!ProcessType.TryParse(name, out var type))
        {
            throw ProcessProblems.InvalidProcfile(origin, $"has the name '{Printable.Of(name, 60)}'").AsException();
        }

        if (found.ContainsKey(type) || found.Count == TypeLimit)
        {
            var reason = found.Count == TypeLimit ? $"is one more than {TypeLimit} processes" : $"names {type} a second time";
            throw ProcessProblems.InvalidProcfile(origin, reason).AsException();
        }

        found.Add(type, ProcessCommand.Parse(line[(colon + 1)..], $"{origin} ({type})"));
    }
}
