using Berth.Kernel;

namespace Berth.Platform.CommandLine;

/// <summary>A command's words, sorted: positional ones, switches, flags with a value.</summary>
public sealed class Arguments
{
    private readonly HashSet<string> _switches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<string> _positional = [];
    private readonly string _command;

    private Arguments(string command) => _command = command;

    public IReadOnlyList<string> Positional => _positional;

    /// <returns>The positional word at <paramref name="index"/>, or null.</returns>
    public string? At(int index) => index < _positional.Count ? _positional[index] : null;

    /// <summary>The same, where there are no more positional words than the command takes: whoever wrote more means something by them.</summary>
    /// <exception cref="ProblemException">There are more.</exception>
    public Arguments AtMost(int count) => _positional.Count > count
        ? throw CommandLineProblems.TooManyWords(_positional[count], _command).AsException()
        : this;

    public bool Has(string name) => _switches.Contains(name);

    public string? Value(string name) => _values.GetValueOrDefault(name);

    internal static Arguments Parse(IReadOnlyList<string> words, ReadOnlySpan<string> switches, ReadOnlySpan<string> valued, string command = "")
    {
        var parsed = new Arguments(command);
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word == "--")
            {
                parsed._positional.AddRange(words.Skip(i + 1));
                break;
            }

            if (word.Length < 2 || word[0] != '-')
            {
                parsed._positional.Add(word);
                continue;
            }

            i += parsed.TakeFlag(word, i + 1 < words.Count ? words[i + 1] : null, switches, valued, command);
        }

        return parsed;
    }

    /// <summary>A switch can be written out, too: <c>--force=true</c>. The last word counts.</summary>
    private void Switch(string name, string value)
    {
        _ = value switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => _switches.Add(name),
            "0" or "f" or "F" or "false" or "FALSE" or "False" => _switches.Remove(name),
            _ => throw CommandLineProblems.NotASwitchValue(name, value).AsException(),
        };
    }

    /// <returns>How many further words the flag took: 0 or 1.</returns>
    private int TakeFlag(string word, string? next, ReadOnlySpan<string> switches, ReadOnlySpan<string> valued, string command)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? word : word[..equals];
        if (switches.Contains(name))
        {
            Switch(name, equals < 0 ? "true" : word[(equals + 1)..]);
            return 0;
        }

        if (!valued.Contains(name))
        {
            throw CommandLineProblems.UnknownFlag(name, command).AsException();
        }

        if (equals < 0 && next is null)
        {
            throw CommandLineProblems.FlagNeedsValue(name).AsException();
        }

        _values[name] = equals < 0 ? next! : word[(equals + 1)..];
        return equals < 0 ? 1 : 0;
    }
}
