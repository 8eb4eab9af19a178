namespace Berth.Storage;

/// <summary>A place below the root, and how often something happened to it.</summary>
internal sealed class WatchedPlace
{
    private Dictionary<string, WatchedPlace>? _children;

    public long Version { get; set; }

    public int Watch { get; set; } = -1;

    public WatchedPlace? Find(ReadOnlySpan<char> child) =>
        _children?.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(child, out var found) == true ? found : null;

    public void Add(string child, WatchedPlace node) => (_children ??= new Dictionary<string, WatchedPlace>(StringComparer.Ordinal)).TryAdd(child, node);

    public IEnumerable<WatchedPlace> TakeChildren()
    {
        var children = _children?.Values ?? Enumerable.Empty<WatchedPlace>();
        _children = null;
        return children;
    }
}
