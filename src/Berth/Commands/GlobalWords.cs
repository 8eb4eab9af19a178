using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>The words that may stand before any command: <c>--quiet --trace --force --app X</c>.</summary>
internal sealed record GlobalWords(string[] Words, bool Quiet, bool Force, bool Trace, string? App)
{
    /// <returns>The caller, who said these words.</returns>
    public Caller SaidBy(Caller caller) => caller with
    {
        Quiet = caller.Quiet || Quiet,
        Force = caller.Force || Force,
        Trace = caller.Trace || Trace,
        App = App ?? caller.App,
    };

    /// <summary>The command with its words; the app that <c>--app</c> names comes first of them.</summary>
    public string[] WordsWithApp => App is { } app && Words is [var command, ..] ? [command, app, .. Words[1..]] : Words;

    /// <returns>The command that is meant, whatever globals stand in front of it; empty when there is none.</returns>
    public static string CommandIn(IReadOnlyList<string> words) => Strip(words).Words is [var command, ..] ? command : "";

    /// <summary>Takes leading globals off; behind the command's name they are its own flags.</summary>
    public static GlobalWords Strip(IReadOnlyList<string> words)
    {
        var (quiet, force, trace, app, taken) = (false, false, false, (string?)null, 0);
        while (taken < words.Count)
        {
            switch (words[taken])
            {
                case "--quiet":
                    quiet = true;
                    break;
                case "--force":
                    force = true;
                    break;
                case "--trace":
                    trace = true;
                    break;
                case "--app" when taken + 1 < words.Count:
                    app = words[++taken];
                    break;
                case "--app":
                    throw CommandLineProblems.Missing("flag needs an argument: --app", "Name the app behind it: `berth --app my-app ps:report`.").AsException();
                default:
                    return new GlobalWords([.. words.Skip(taken)], quiet, force, trace, app);
            }

            taken++;
        }

        return new GlobalWords([], quiet, force, trace, app);
    }
}
