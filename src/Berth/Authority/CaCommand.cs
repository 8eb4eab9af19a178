using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Authority;

/// <summary><c>berth ca</c>: everything an operator does with an authority but serve it.</summary>
internal static class CaCommand
{
    public static IReadOnlyList<CaVerb> Verbs { get; } =
    [
        .. CaKeys.Verbs, .. CaRecords.Verbs, .. CaMetrics.Verbs, .. CaAccounts.Verbs, .. CaIncidents.Verbs, .. CaCare.Verbs, .. CaTrust.Verbs,
    ];

    public static Task<int> RunAsync(string[] words, StateRoots roots, Caller caller, CommandOutput output)
    {
        if (words is [] or ["--help" or "-h" or "help"])
        {
            Help(caller, output);
            return Task.FromResult(0);
        }

        var verb = Verbs.FirstOrDefault(verb => words.AsSpan().StartsWith(verb.Name.Split(' '))) ?? throw Unknown(words);
        var rest = words[verb.Name.Split(' ').Length..];
        if (rest.Contains("--help") || rest.Contains("-h"))
        {
            Help(verb, caller, output);
            return Task.FromResult(0);
        }

        return verb.Run(new CaCall(CaWords.Parse(verb, rest), roots, caller, output));
    }

    private static ProblemException Unknown(string[] words)
    {
        var said = string.Join(' ', words.TakeWhile(word => !word.StartsWith('-')).Take(2));
        var nearest = Nearest.Of(said, Verbs.Select(verb => verb.Name).Concat(["serve", "pebble"])) ?? Nearest.Of(words[0], Verbs.Select(verb => verb.Name).Concat(["serve", "pebble"]));
        return ProgramProblems.BadOption(
            $"berth ca has no command '{Printable.Of(said)}'.",
            nearest is null ? "`berth ca --help` lists them." : $"Did you mean `berth ca {nearest}`? `berth ca --help` lists all.").AsException();
    }

    private static void Help(Caller caller, CommandOutput output)
    {
        output.Line($"Usage: {caller.Program} ca COMMAND");
        output.Line();
        output.Line("Runs and looks after Berth's own certificate authority. Commands work while it serves.");
        output.Line();
        foreach (var line in Columns.Lay([["    serve", "Run the authority for ACME clients"], ["    pebble", "Run a test server for ACME clients, in the place of Pebble"], .. Verbs.Select(verb => new[] { "    " + verb.Name, verb.Summary })]))
        {
            output.Line(line);
        }
    }

    private static void Help(CaVerb verb, Caller caller, CommandOutput output)
    {
        output.Line($"Usage: {caller.Program} ca {verb.Name} {verb.Synopsis}".TrimEnd());
        output.Line();
        output.Line(verb.Summary + ".");
        if (verb.Help.Length > 0)
        {
            output.Line();
            output.Line(verb.Help);
        }

        output.Line();
        output.Line("    --data   where keys and records lie; $DOKKU_LIB_ROOT/data/authority by default");
    }
}
