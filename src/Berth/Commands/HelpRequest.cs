using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>The ways to ask for help: <c>help</c>, <c>help --all</c>, <c>help X</c>, <c>X:help</c>, a bare <c>X</c>, <c>X --help</c>, <c>X:Y --help</c>.</summary>
/// <param name="About">The feature it is about; null for all.</param>
/// <param name="Everything">Every command.</param>
internal sealed record HelpRequest(IFeature? About, bool Everything)
{
    private const string Suffix = ":help";

    /// <param name="words">The command and its words.</param>
    /// <param name="table">The built-in commands.</param>
    /// <param name="appNamed">Whether <c>--app</c> named an app in front: then a name alone has a word behind it.</param>
    /// <returns>What is asked for, or null when the words are a command to run.</returns>
    public static HelpRequest? Of(IReadOnlyList<string> words, CommandTable table, bool appNamed = false) => words switch
    {
        [] => new(null, Everything: false),
        ["help" or "--help" or "-h", var about] when table.FindFeature(Bare(about)) is { } feature => new(feature, Everything: false),
        ["help" or "--help" or "-h", ..] => new(null, words.Contains("--all")),
        [var name, ..] when name.EndsWith(Suffix, StringComparison.Ordinal) => AboutOne(table, Bare(name)),
        [var name] when !appNamed && table.Find(name) is null or { AloneIsHelp: true } => AboutOne(table, name),
        [var name, "--help" or "-h"] when table.Find(name) is not null || name == Bare(name) => AboutOne(table, Bare(name)),
        _ => null,
    };

    private static HelpRequest? AboutOne(CommandTable table, string name) =>
        table.FindFeature(name) is { } feature ? new(feature, Everything: false) : null;

    private static string Bare(string name) => name.Split(':')[0];
}
