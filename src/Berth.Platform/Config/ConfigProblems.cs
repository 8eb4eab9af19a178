using Berth.Kernel;

namespace Berth.Platform.Config;

/// <summary>What can be wrong with config variables.</summary>
public static class ConfigProblems
{
    public static readonly ProblemCode KeyInvalid = new("config-key-invalid", Contract: true);
    public static readonly ProblemCode PairInvalid = new("config-pair-invalid", Contract: true);
    public static readonly ProblemCode ScopeMissing = new("config-scope-missing", Contract: true);
    public static readonly ProblemCode FormatUnknown = new("config-format-unknown", Contract: true);

    public static readonly ProblemCode ValueInvalid = new("config-value-invalid", Contract: true);
    public static readonly ProblemCode ImportInvalid = new("config-import-invalid", Contract: true);
    public static readonly ProblemCode ImportSourceMissing = new("config-import-source-missing", Contract: true);

    internal static Problem NotText(string key) => new(
        ValueInvalid,
        $"The value of '{Printable.Of(key)}' is not text",
        "An environment variable holds UTF-8 text without a zero byte; keep other data in a file, or encode it once more.");

    internal static Problem ImportUnreadable(string reason) => new(
        ImportInvalid,
        $"Cannot import config vars: {Printable.Of(reason)}",
        "Send lines of KEY=VALUE, or a JSON object of texts with `--format json`. Nothing was changed.");

    public static Problem NoSource(IReadOnlyList<string> words) => new(
        ImportSourceMissing,
        words.Count == 0 ? "Please specify a file to import, or - for standard input" : $"Cannot read {Printable.Of(words[0])}",
        "Write `berth config:import <app> vars.env`, or send it: `berth config:import <app> - < vars.env`.");

    internal static Problem UnknownImport(string format) => new(
        FormatUnknown, $"Unknown import format: {Printable.Of(format)}", "Use envfile or json.");

    internal static Problem InvalidKey(string key) => new(
        KeyInvalid,
        $"Invalid key name: '{Printable.Of(key)}'",
        "A key is letters, digits and underscores, and does not begin with a digit.");

    // The pair may be a secret typed without its key: it is not repeated.
    internal static Problem InvalidPair(int position) => new(
        PairInvalid, $"Invalid env pair: argument {position} has no '='", "Write KEY=VALUE, with quotes around a value that has spaces.");

    internal static Problem NotBase64(string key) => new(
        PairInvalid, $"illegal base64 data for key '{Printable.Of(key)}'", "With --encoded every value is base64.");

    internal static Problem NoScope() => new(
        ScopeMissing, "Please specify an app or --global", "Put the app's name, or --global, after the command.");

    internal static Problem UnknownFormat(string format, IEnumerable<string> known) => new(
        FormatUnknown, $"Unknown export format: {Printable.Of(format)}", $"Use one of {string.Join(", ", known)}.");
}
