namespace Berth.Edge.Hosts;

/// <summary>
/// A few names and their hosts. Their hashes lie side by side, so that looking through a hundred is one or two cache
/// lines' work for the processor's vector unit, and a changed copy is two short array copies.
/// </summary>
internal sealed class HostShard
{
    private readonly int[] _hashes;
    private readonly KeyValuePair<string, EdgeHost>[] _entries;

    private HostShard(int[] hashes, KeyValuePair<string, EdgeHost>[] entries) => (_hashes, _entries) = (hashes, entries);

    internal static HostShard Empty { get; } = new([], []);

    internal int Count => _entries.Length;

    internal EdgeHost? Find(int hash, ReadOnlySpan<char> name) => IndexOf(hash, name) is >= 0 and var i ? _entries[i].Value : null;

    internal HostShard With(int hash, string name, EdgeHost host)
    {
        var entry = KeyValuePair.Create(name, host);
        if (IndexOf(hash, name) is >= 0 and var i)
        {
            var entries = (KeyValuePair<string, EdgeHost>[])_entries.Clone();
            entries[i] = entry;
            return new HostShard(_hashes, entries);
        }

        return new HostShard([.. _hashes, hash], [.. _entries, entry]);
    }

    internal HostShard Without(int hash, string name) => IndexOf(hash, name) is >= 0 and var i
        ? new HostShard([.. _hashes[..i], .. _hashes[(i + 1)..]], [.. _entries[..i], .. _entries[(i + 1)..]])
        : this;

    private int IndexOf(int hash, ReadOnlySpan<char> name)
    {
        for (var from = 0; _hashes.AsSpan(from).IndexOf(hash) is >= 0 and var step; from += step + 1)
        {
            if (name.SequenceEqual(_entries[from + step].Key))
            {
                return from + step;
            }
        }

        return -1;
    }
}
