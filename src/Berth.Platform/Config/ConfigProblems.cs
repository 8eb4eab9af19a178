using Berth.Kernel;

namespace Berth.Platform.Config;

/// <summary>What can be wrong with config variables.</summary>
public static class ConfigProblems
{
    public static readonly ProblemCode KeyInvalid = new("config-key-invalid", Contract: true);
    public static readonly ProblemCode PairInvalid = new("config-pair-invalid", Contract: true);
    public static readonly ProblemCode ScopeMissing = new("config-scope-missing", Contract: true);
    public static readonly ProblemCode FormatUnknown = new("config-format-unknown", Contract: true);

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
