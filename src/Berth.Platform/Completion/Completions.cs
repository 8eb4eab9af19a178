using Berth.Platform.CommandLine;

namespace Berth.Platform.Completion;

/// <summary>What could come next on a command line, from the commands' own synopses and the state on disk.</summary>
public sealed class Completions(IReadOnlyList<Command> commands, CompletionSources sources)
{
    private const int LineLimit = 4096;
    private static readonly string[] Globals = ["--quiet", "--trace", "--force", "--app"];

    /// <param name="line">All that stands before the cursor, the program's name included.</param>
    /// <returns>Whole words in ordinal order; empty when nothing is known.</returns>
    public IReadOnlyList<Candidate> Of(string line)
    {
        if (line.Length > LineLimit)
        {
            return [];
        }

        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();
        var typed = line.Length > 0 && !char.IsWhiteSpace(line[^1]) && words.Count > 0 ? words[^1] : "";
        if (typed.Length > 0)
        {
            words.RemoveAt(words.Count - 1);
        }

        return
        [
            .. Next(words, typed)
                .Where(candidate => candidate.Word.StartsWith(typed, StringComparison.Ordinal) && !candidate.Word.Any(char.IsControl))
                .DistinctBy(candidate => candidate.Word)
                .OrderBy(candidate => candidate.Word, StringComparer.Ordinal),
        ];
    }

    private IEnumerable<Candidate> Next(List<string> words, string typed)
    {
        var at = 0;
        string? app = null;
        while (at < words.Count && Globals.Contains(words[at]))
        {
            if (words[at] == "--app")
            {
                if (at + 1 == words.Count)
                {
                    return Plain(sources.Apps());
                }

                app = words[++at];
            }

            at++;
        }

        if (at < words.Count)
        {
            var found = commands.FirstOrDefault(command => command.Name == words[at]) ?? OfSeveralWords(words[at..]);
            var behind = found is null ? [] : words[(at + found.Name.Split(' ').Length)..];
            return found is not null ? Arguments(found, app is null ? behind : [app, .. behind], typed)
                : NextWords(words[at..]) is { Count: > 0 } next ? next
                : words[at] == "help" ? Features().Append(new Candidate("--all")) : [];
        }

        return typed.StartsWith('-') ? Plain(Globals) : CommandNames();
    }

    // A name of several words is offered a word at a time.
    private IEnumerable<Candidate> CommandNames() => commands
        .Select(command => command.Name.Contains(' ', StringComparison.Ordinal) ? new Candidate(command.Name.Split(' ')[0]) : new Candidate(command.Name, command.Summary))
        .Append(new Candidate("help", "Show help"));

    private Command? OfSeveralWords(List<string> words) => commands.FirstOrDefault(command =>
        command.Name.Split(' ') is { Length: > 1 } name && words.Take(name.Length).SequenceEqual(name));

    private List<Candidate> NextWords(List<string> words) =>
    [
        .. from command in commands
           let name = command.Name.Split(' ')
           where name.Length > words.Count && name.Take(words.Count).SequenceEqual(words)
           select name.Length == words.Count + 1 ? new Candidate(name[^1], command.Summary) : new Candidate(name[words.Count]),
    ];

    private IEnumerable<Candidate> Features() => Plain(commands.Select(command => command.Feature));

    private IEnumerable<Candidate> Arguments(Command command, List<string> words, string typed)
    {
        var synopsis = Synopsis.Parse(command.Synopsis);
        if (words is [.., var last] && synopsis.Flags.TryGetValue(last, out var values) && !values.IsEmpty)
        {
            return values.SelectMany(value => Meaning(value, command, null));
        }

        var positional = words.Where((word, i) => !word.StartsWith('-') && !(i > 0 && TakesValue(synopsis, words[i - 1]))).ToList();
        var place = synopsis.PlaceAt(positional.Count + (words.Contains("--global") && !positional.Contains("--global") ? 1 : 0));
        var subject = words.Contains("--global") ? "--global" : positional.FirstOrDefault();
        var found = place.SelectMany(value => Meaning(value, command, subject));
        return typed.StartsWith('-') ? found.Concat(Plain(synopsis.Flags.Keys)) : found;
    }

    private static bool TakesValue(Synopsis synopsis, string flag) => synopsis.Flags.TryGetValue(flag, out var values) && !values.IsEmpty;

    /// <summary>A placeholder stands for what there is of its kind, anything else for itself.</summary>
    private IEnumerable<Candidate> Meaning(string value, Command command, string? subject) => value switch
    {
        "<app>" => Plain(sources.Apps()),
        "<domain>" when command.Name is "domains:remove" => Plain(sources.DomainsOf(subject)),
        "<key>" or "KEY" or "KEY1" or "KEY2" when command.Name is "config:get" or "config:unset" => Plain(sources.ConfigKeysOf(subject)),
        "<key>" or "<property>" or "<code>" => Plain(command.Keys),
        _ when value.AsSpan().ContainsAny('<', '/', '=') || value.Length == 0 || char.IsAsciiLetterUpper(value[0]) => [],
        _ => Plain([value]),
    };

    private static IEnumerable<Candidate> Plain(IEnumerable<string> words) => words.Select(word => new Candidate(word));
}
