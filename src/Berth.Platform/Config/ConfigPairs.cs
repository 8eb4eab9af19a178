using System.Collections.Immutable;
using System.Text;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Config;

/// <summary>Reads <c>KEY=VALUE</c> words into values.</summary>
public static class ConfigPairs
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="words">What was typed, or what a program sent.</param>
    /// <param name="encoded">Whether every value is base64.</param>
    /// <exception cref="ProblemException">None, no pair, no key, or a value that no environment can hold.</exception>
    public static ImmutableSortedDictionary<string, string> Of(IReadOnlyList<string> words, bool encoded)
    {
        if (words.Count == 0)
        {
            throw NonePassed().AsException();
        }

        var pairs = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < words.Count; i++)
        {
            var equals = words[i].IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                throw ConfigProblems.InvalidPair(i + 1).AsException();
            }

            var (key, value) = (ConfigKey.Parse(words[i][..equals]), words[i][(equals + 1)..]);
            pairs[key] = Checked(key, encoded ? Decoded(key, value) : value);
        }

        return pairs.ToImmutable();
    }

    /// <returns>The value, which an environment can hold.</returns>
    public static string Checked(string key, string value) =>
        value.Contains('\0', StringComparison.Ordinal) ? throw ConfigProblems.NotText(key).AsException() : value;

    internal static Problem NonePassed() => CommandLineProblems.Missing("At least one env pair must be given", "Write KEY=VALUE.");

    private static string Decoded(string key, string value)
    {
        var bytes = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, bytes, out var length))
        {
            throw ConfigProblems.NotBase64(key).AsException();
        }

        try
        {
            return Strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException e)
        {
            throw ConfigProblems.NotText(key).AsException(e);
        }
    }
}
