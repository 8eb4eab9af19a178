using Berth.Kernel;

namespace Berth.Platform.Properties;

/// <summary>One key that a feature's <c>:set</c> takes and its <c>:report</c> shows.</summary>
/// <param name="Key">As users type it: <c>wait-to-retire</c>. One that ends in <c>*</c> stands for every key that begins as it does.</param>
/// <param name="Default">What holds when neither the app nor the server sets it.</param>
public sealed record Setting(string Key, string Default = "")
{
    /// <summary>Whether it can be set for all apps.</summary>
    public bool ForAll { get; init; } = true;

    /// <summary>Whether it can be set for one app.</summary>
    public bool ForApp { get; init; } = true;

    /// <summary>Whether reports show what holds of it, too, where it is an app's alone.</summary>
    public bool Computed { get; init; }

    /// <summary>Whether the report leaves it to the feature to show it.</summary>
    public bool Hidden { get; init; }

    /// <summary>Whether reports show it only where it is set: a key that Dokku's reports do not know.</summary>
    public bool OnlyWhenSet { get; init; }

    /// <summary>Whether it is a key of Berth's own, which the contract's list of valid ones does not name.</summary>
    public bool IsOwn { get; init; }

    /// <summary>What a refusal to set it for one app says, where that is not the usual line.</summary>
    public string? NotPerApp { get; init; }

    /// <summary>Says what is wrong with a value that is not empty; null when nothing is.</summary>
    public Func<string, Problem?>? Refuse { get; init; }

    /// <summary>Whether the value is a secret, which is not printed when it is set.</summary>
    public bool Secret { get; init; }

    /// <summary>Whether this stands for many keys: <c>dns-provider-*</c>.</summary>
    public bool IsFamily => Key.EndsWith('*');

    /// <summary>Whether <paramref name="key"/> is this one, or of its family.</summary>
    public bool Matches(string key) => !IsFamily
        ? key == Key
        : key.Length is > 0 and <= LongestKey && key.Length >= Key.Length && key.StartsWith(Key[..^1], StringComparison.Ordinal)
            && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    // A key is a file's name.
    private const int LongestKey = 128;
}
