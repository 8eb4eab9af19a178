using Berth.Storage;

namespace Berth.Platform.Properties;

/// <summary>Settings a feature keeps for an app or for all: raw text in <c>config/&lt;feature&gt;/&lt;app|--global&gt;/&lt;key&gt;</c>.</summary>
public sealed class PropertyStore(IStateStore store, TimeProvider time)
{
    private readonly Remembered<string?> _values = new(store.Watch, time);
    private readonly Remembered<IReadOnlyList<string>> _keys = new(store.Watch, time);
    private readonly Remembered<HashSet<string>> _scopes = new(store.Watch, time);

    public const string Global = "--global";

    /// <summary>For what reads many values, waits for nothing and writes nothing: all of it is as of now.</summary>
    public IDisposable? AsOfNow() => store.Watch?.AsOfNow();

    /// <returns>The value, or null when it is not set.</returns>
    public string? Get(string feature, string scope, string key) => HasFolder(feature, scope)
        ? _values.Get(
            $"{feature}/{scope}/{key}",
            () => [store.FileOf(PathOf(feature, scope, key))],
            () => store.Read(PathOf(feature, scope, key)) is { Length: > 0 } value ? value.TrimEnd('\n') : null)
        : null;

    /// <summary>Sets a value; an empty one removes it.</summary>
    public void Set(string feature, string scope, string key, string value)
    {
        if (value.Length == 0)
        {
            store.Delete(PathOf(feature, scope, key));
            return;
        }

        store.Write(PathOf(feature, scope, key), value);
    }

    /// <summary>Sets a value that may be empty: for the few keys where empty is not the same as not set.</summary>
    public void SetEvenIfEmpty(string feature, string scope, string key, string value) => store.Write(PathOf(feature, scope, key), value);

    /// <returns>Whether the key is set, be it to an empty value.</returns>
    public bool IsSet(string feature, string scope, string key) => store.Exists(PathOf(feature, scope, key));

    /// <returns>The values of a list, one a line in the file; empty when it is not set.</returns>
    public IReadOnlyList<string> List(string feature, string scope, string key) =>
        [.. (Get(feature, scope, key) ?? "").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];

    /// <summary>Sets a list; an empty one removes it.</summary>
    /// <exception cref="ArgumentException">A value holds a line end, which the file could not keep apart.</exception>
    public void SetList(string feature, string scope, string key, IReadOnlyCollection<string> values)
    {
        if (values.Any(value => value.AsSpan().ContainsAny('\n', '\r')))
        {
            throw new ArgumentException("A value of a list is one line.", nameof(values));
        }

        Set(feature, scope, key, string.Concat(values.Select(value => value + "\n")));
    }

    /// <returns>The keys set, in ordinal order.</returns>
    public IReadOnlyList<string> Keys(string feature, string scope) => HasFolder(feature, scope)
        ? _keys.Get(
            $"{feature}/{scope}",
            () => [store.FileOf(StatePath.Lib("config", feature, scope))],
            () => store.List(StatePath.Lib("config", feature, scope)))
        : [];

    /// <returns>Those that may have set something.</returns>
    public IReadOnlySet<string> Scopes(string feature) => _scopes.Get(
        feature,
        () => [store.FileOf(StatePath.Lib("config", feature))],
        () => store.List(StatePath.Lib("config", feature)).ToHashSet(StringComparer.Ordinal));

    // Most apps have set nothing of most features: one list of those that have spares a look, and memory, for every key of every other.
    private bool HasFolder(string feature, string scope) => Scopes(feature).Contains(scope);

    private static StatePath PathOf(string feature, string scope, string key) => StatePath.Lib("config", feature, scope, key);
}
