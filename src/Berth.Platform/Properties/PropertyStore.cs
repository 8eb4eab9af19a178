using Berth.Storage;

namespace Berth.Platform.Properties;

/// <summary>Settings a feature keeps for an app or for all: raw text in <c>config/&lt;feature&gt;/&lt;app|--global&gt;/&lt;key&gt;</c>.</summary>
public sealed class PropertyStore(IStateStore store, TimeProvider time)
{
    private readonly Remembered<string?> _values = new(time);

    public const string Global = "--global";

    /// <returns>The value, or null when it is not set.</returns>
    public string? Get(string feature, string scope, string key) => _values.Get(
        $"{feature}/{scope}/{key}",
        () => [store.FileOf(PathOf(feature, scope, key))],
        () => store.Read(PathOf(feature, scope, key)) is { Length: > 0 } value ? value.TrimEnd('\n') : null);

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

    /// <returns>The keys set, in ordinal order.</returns>
    public IReadOnlyList<string> Keys(string feature, string scope) => store.List(StatePath.Lib("config", feature, scope));

    private static StatePath PathOf(string feature, string scope, string key) => StatePath.Lib("config", feature, scope, key);
}
