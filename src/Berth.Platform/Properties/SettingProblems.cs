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

    internal static Problem Unknown(IEnumerable<string> valid) => new(
        PropertyUnknown, $"Invalid property specified, valid properties include: {string.Join(", ", valid)}", "Use one of the properties listed.");

    internal static Problem NotGlobal(string key) => new(
        PropertyNotGlobal, "Property cannot be specified globally", $"Set {Printable.Of(key)} for one app: its name in the place of --global.");

    internal static Problem NotPerApp(string key, string? found = null) => new(
        PropertyNotPerApp, found ?? "Property can only be specified globally", $"Set {key} for all apps: --global in the place of the app's name.");

    internal static Problem Missing(IEnumerable<string> valid) => new(
        PropertyMissing, "No property specified", $"Name one: {string.Join(", ", valid)}.");
}
