using Berth.Commands;

namespace Berth.Installing;

/// <summary>What <c>berth install</c> and <c>berth uninstall</c> were told.</summary>
internal sealed record InstallOptions
{
    public const string Usage =
        "Usage: berth install [--dry-run] [--take-over] [--no-start] [--domain DOMAIN] [--key FILE] [--root FOLDER]\n"
        + "       berth uninstall [--dry-run] [--root FOLDER]";

    /// <summary>Say what would be done, and do nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Put Berth in the place of another dokku program.</summary>
    public bool TakeOver { get; init; }

    /// <summary>Leave starting the daemon to others.</summary>
    public bool NoStart { get; init; }

    /// <summary>The server's domain, below which each new app gets a name.</summary>
    public string? Domain { get; init; }

    /// <summary>A public key for the first person who may push and command over SSH.</summary>
    public string? Key { get; init; }

    /// <summary>The tree of a machine that is being prepared; <c>/</c> is this one.</summary>
    public string Root { get; init; } = "/";

    /// <exception cref="Kernel.ProblemException">A word is not understood.</exception>
    public static InstallOptions Parse(string command, IReadOnlyList<string> words)
    {
        var options = new InstallOptions();
        for (var i = 0; i < words.Count; i++)
        {
            var (name, value) = words[i].Split('=', 2) is [var flag, var given] ? (flag, given) : (words[i], null);
            options = (name, command) switch
            {
                ("--dry-run", _) when value is null => options with { DryRun = true },
                ("--take-over", "install") when value is null => options with { TakeOver = true },
                ("--no-start", "install") when value is null => options with { NoStart = true },
                ("--domain", "install") => options with { Domain = Value(words, ref i, value) },
                ("--key", "install") => options with { Key = Value(words, ref i, value) },
                ("--root", _) => options with { Root = Path.GetFullPath(Value(words, ref i, value)) },
                _ => throw ProgramProblems.BadOption($"berth {command} knows no option '{Kernel.Printable.Of(words[i])}'.", Usage).AsException(),
            };
        }

        return options;
    }

    private static string Value(IReadOnlyList<string> words, ref int at, string? given)
    {
        var flag = words[at];
        return given ?? (at + 1 < words.Count ? words[++at] : throw ProgramProblems.BadOption($"{flag} needs a value.", Usage).AsException());
    }
}
