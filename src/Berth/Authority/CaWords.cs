using System.Collections.Immutable;
using System.Globalization;
using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Authority;

/// <summary>The words behind <c>berth ca VERB</c>, sorted by the verb's synopsis: what it does not name is refused.</summary>
internal sealed class CaWords
{
    private static readonly string[] TimeForms = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK"];
    private readonly ILookup<string, string> _values;
    private readonly string _verb;

    private CaWords(string verb, ImmutableArray<string> positional, IEnumerable<(string Flag, string Value)> values)
    {
        (_verb, Positional) = (verb, positional);
        _values = values.ToLookup(pair => pair.Flag, pair => pair.Value, StringComparer.Ordinal);
    }

    public ImmutableArray<string> Positional { get; }

    /// <param name="command">Whose words.</param>
    /// <param name="words">Behind its name.</param>
    public static CaWords Parse(CaVerb command, IReadOnlyList<string> words)
    {
        var synopsis = Platform.Completion.Synopsis.Parse(command.Synopsis);
        var flags = synopsis.Flags;
        var (positional, values) = (ImmutableArray.CreateBuilder<string>(), new List<(string, string)>());
        for (var i = 0; i < words.Count; i++)
        {
            if (!words[i].StartsWith('-') || words[i].Length < 2)
            {
                positional.Add(words[i]);
                continue;
            }

            var (flag, given) = words[i].Split('=', 2) is [var name, var inline] ? (name, inline) : (words[i], null);
            if (!flags.TryGetValue(flag, out var alternatives))
            {
                var nearest = Nearest.Of(flag, flags.Keys);
                throw ProgramProblems.BadOption(
                    $"berth ca {command.Name} knows no option '{Printable.Of(flag)}'.",
                    nearest is null ? $"`berth ca {command.Name} --help` lists the options." : $"Did you mean {nearest}? `berth ca {command.Name} --help` lists the options.").AsException();
            }

            var takesValue = !alternatives.IsEmpty;
            var value = !takesValue ? "" : given ?? (++i < words.Count ? words[i] : throw Bad($"{flag} needs a value.", command.Name));
            values.Add((flag, value));
        }

        return positional.Count > synopsis.Places.Length
            ? throw Bad($"'{Printable.Of(positional[synopsis.Places.Length], 60)}' says nothing here.", command.Name)
            : new CaWords(command.Name, positional.ToImmutable(), values);
    }

    public bool Has(string flag) => _values.Contains(flag);

    public string? Value(string flag) => _values[flag].LastOrDefault();

    public ImmutableArray<string> Values(string flag) => [.. _values[flag]];

    public bool AsJson => Value("--format") switch
    {
        null or "text" => false,
        "json" => true,
        var other => throw Bad($"There is no format '{Printable.Of(other)}'; there are text and json.", _verb),
    };

    public int? Number(string flag, int most = 36_500) => Value(flag) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
        : throw Bad($"{flag} is a whole number from 1 to {most}, not '{Printable.Of(text)}'.", _verb);

    /// <returns>In UTC where nothing else is said.</returns>
    public DateTimeOffset? Time(string flag) => Value(flag) is not { } text ? null
        : DateTimeOffset.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw Bad($"{flag} is a time like 2026-11-27 or 2026-11-27T10:30Z, not '{Printable.Of(text)}'.", _verb);

    /// <returns>The one positional word.</returns>
    public string Only(string what) => Positional is [var one] ? one : throw Bad($"berth ca {_verb} needs {what}.", _verb);

    public ProblemException Bad(string found) => Bad(found, _verb);

    private static ProblemException Bad(string found, string verb) => ProgramProblems.BadOption(found, $"`berth ca {verb} --help` shows how it is used.").AsException();
}
