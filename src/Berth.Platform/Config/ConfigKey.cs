using Berth.Kernel;

namespace Berth.Platform.Config;

/// <summary>The rule for names of config variables: <c>^[a-zA-Z_][a-zA-Z0-9_]*$</c>.</summary>
public static class ConfigKey
{
    public static bool IsValid(string key) =>
        key.Length > 0
        && (char.IsAsciiLetter(key[0]) || key[0] == '_')
        && key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <exception cref="ProblemException">The key is not valid.</exception>
    public static string Parse(string key) => IsValid(key) ? key : throw ConfigProblems.InvalidKey(key).AsException();
}
