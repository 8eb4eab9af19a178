using Berth.Kernel;

namespace Berth.Platform.Properties;

/// <summary>What can be wrong with the words of a <c>:set</c>.</summary>
public static class SettingProblems
{
    public static readonly ProblemCode PropertyUnknown = new("property-unknown", Contract: true);
    public static readonly ProblemCode PropertyNotGlobal = new("property-not-global", Contract: true);
    public static readonly ProblemCode PropertyNotPerApp = new("property-not-per-app", Contract: true);
    public static readonly ProblemCode PropertyMissing = new("property-missing", Contract: true);

    public static readonly ProblemCode PropertyValueInvalid = new("property-value-invalid");

    /// <param name="key">The property.</param>
    /// <param name="value">What it was to be.</param>
    /// <param name="expected">What it can be, the end of a sentence: <c>true or false</c>.</param>
    public static Problem BadValue(string key, string value, string expected) => new(
        PropertyValueInvalid, $"'{Printable.Of(value, 60)}' cannot be the value of {key}.", $"Give it {expected}; an empty value unsets it.");

    /// <param name="valid">Those that the contract's list names.</param>
    /// <param name="own">Berth's own besides.</param>
    /// <param name="nearest">What was probably meant.</param>
    internal static Problem Unknown(IEnumerable<string> valid, IReadOnlyList<string> own, string? nearest) => new(
        PropertyUnknown,
        $"Invalid property specified, valid properties include: {string.Join(", ", valid)}",
        Meant(nearest) + (own.Count == 0 ? "Use one of the properties listed." : $"Use one of the properties listed, or one of Berth's own: {string.Join(", ", own)}."));

    internal static Problem NotGlobal(string key) => new(
        PropertyNotGlobal, "Property cannot be specified globally", $"Set {Printable.Of(key)} for one app: its name in the place of --global.");

    /// <summary>No property at all, which the contract answers in the same words.</summary>
    internal static Problem UnknownGlobally(string key, IReadOnlyList<string> valid, string? nearest) => new(
        PropertyNotGlobal,
        "Property cannot be specified globally",
        $"There is no property '{Printable.Of(key, 60)}'. {Meant(nearest)}These can be set for all apps: {string.Join(", ", valid)}.");

    internal static Problem NotPerApp(string key, string? found = null) => new(
        PropertyNotPerApp, found ?? "Property can only be specified globally", $"Set {key} for all apps: --global in the place of the app's name.");

    private static string Meant(string? nearest) => nearest is null ? "" : $"Did you mean {nearest}? ";

    internal static Problem Missing(IEnumerable<string> valid) => new(
        PropertyMissing, "No property specified", $"Name one: {string.Join(", ", valid)}.");
}
