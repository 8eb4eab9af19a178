using System.Globalization;
using Berth.Kernel;

namespace Berth.Platform.Properties;

/// <summary>The kinds of values that settings of several features have.</summary>
public static class SettingValues
{
    /// <summary>Bounds whatever is counted in seconds: a day.</summary>
    public const int MostSeconds = 86_400;

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static Func<string, Problem?> YesOrNo(string key) =>
        value => value is "true" or "false" ? null : SettingProblems.BadValue(key, value, "true or false");

    /// <summary>A whole number within bounds, both included.</summary>
    public static Func<string, Problem?> Number(string key, int least, int most) =>
        value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? null
            : SettingProblems.BadValue(key, value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    /// <summary>A path that stays below where it starts; a slash in front is left out when it is used.</summary>
    public static Func<string, Problem?> InnerPath(string key) =>
        value => value.Split('/').Any(part => part is "..") || value.Any(char.IsControl) || value.Length > 500
            ? SettingProblems.BadValue(key, value, "a path inside the app, without '..'")
            : null;

    /// <summary>A name of letters, digits, dots, hyphens and underscores.</summary>
    public static Func<string, Problem?> Name(string key) =>
        value => value.Length <= 100 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? null
            : SettingProblems.BadValue(key, value, "a name of letters, digits, dots, hyphens and underscores");
}
