using Berth.Kernel;

namespace Berth.Platform.CommandLine;

/// <summary>What can be wrong with the words of a command.</summary>
public static class CommandLineProblems
{
    public static readonly ProblemCode CommandUnknown = new("command-unknown", Contract: true);
    public static readonly ProblemCode FlagUnknown = new("flag-unknown", Contract: true);
    public static readonly ProblemCode FlagValueMissing = new("flag-value-missing", Contract: true);
    public static readonly ProblemCode FlagValueInvalid = new("flag-value-invalid", Contract: true);
    public static readonly ProblemCode ReportFlagInvalid = new("report-flag-invalid", Contract: true);
    public static readonly ProblemCode FormatInvalid = new("format-invalid", Contract: true);
    public static readonly ProblemCode RootNeeded = new("root-needed", Contract: true);
    public static readonly ProblemCode ArgumentMissing = new("argument-missing", Contract: true);
    public static readonly ProblemCode ArgumentUnexpected = new("argument-unexpected", Contract: true);

    /// <param name="words">What was typed.</param>
    /// <param name="nearest">The known command most like it, or null.</param>
    /// <param name="program">The name the program was called by.</param>
    public static Problem UnknownCommand(IReadOnlyList<string> words, string? nearest, string program) => new(
        CommandUnknown,
        $"`{Printable.Of(string.Join(' ', words))}` is not a {program} command.\nSee `{program} help` for a list of available commands.",
        nearest is null ? "See `berth help` for a list of available commands." : $"Did you mean `berth {nearest}`?");

    public static Problem NeedsRoot() => new(
        RootNeeded, "This command must be run as root", "Run it again with sudo in front.");

    public static Problem Missing(string found, string remedy) => new(ArgumentMissing, found, remedy);

    internal static Problem UnknownFlag(string flag, string command) => new(
        FlagUnknown,
        $"unknown flag: {Printable.Of(flag)}",
        $"See {(command.Length > 0 ? $"`berth {command.Split(':')[0]}:help`" : "`berth help`")}. Put -- before a value that begins with a dash.");

    internal static Problem TooManyWords(string word, string command) => new(
        ArgumentUnexpected,
        $"{command} takes no further word: {Printable.Of(word)}",
        "Leave it out; where another app is meant, run the command for that one, too. Nothing was done.");

    internal static Problem FlagNeedsValue(string flag) => new(
        FlagValueMissing, $"flag needs an argument: {Printable.Of(flag)}", $"Give it one: {Printable.Of(flag)} value.");

    internal static Problem NotASwitchValue(string flag, string value) => new(
        FlagValueInvalid,
        $"invalid argument \"{Printable.Of(value, 60)}\" for \"{Printable.Of(flag)}\" flag: neither true nor false",
        $"Write {Printable.Of(flag)} alone, or leave it out.");

    internal static Problem InvalidReportFlag(IEnumerable<string> valid) => new(
        ReportFlagInvalid, $"Invalid flag passed, valid flags: {string.Join(", ", valid)}", "Use one of the flags listed.");

    internal static Problem OneReportFlag(string feature) => new(
        ReportFlagInvalid, $"{Printable.Of(feature)}:report command allows only a single flag", "Ask for one of them, or for all with --format json.");

    internal static Problem FormatWithFlag() => new(
        FormatInvalid, "--format flag cannot be specified when specifying an info flag", "Leave one of the two out.");

    internal static Problem InvalidFormat(string format) => new(
        FormatInvalid,
        $"Invalid format specified, supported formats: json, stdout (given: {Printable.Of(format)})",
        "Use --format json or --format stdout.");
}
