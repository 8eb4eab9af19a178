using System.Runtime.InteropServices;
using Berth.Edge.Reading;
using Berth.Kernel;

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

    internal HostShard With(IEnumerable<KeyValuePair<DomainName, EdgeHost>> added)
    {
        var (hashes, entries) = (new List<int>(_hashes), new List<KeyValuePair<string, EdgeHost>>(_entries));
        foreach (var (name, host) in added)
        {
            var (hash, entry) = (HostLine.Hash(name.Text), KeyValuePair.Create(name.Text, host));
            if (IndexOf(CollectionsMarshal.AsSpan(hashes), CollectionsMarshal.AsSpan(entries), hash, name.Text) is >= 0 and var i)
            {
                entries[i] = entry;
            }
            else
            {
                hashes.Add(hash);
                entries.Add(entry);
            }
        }

        return new HostShard([.. hashes], [.. entries]);
    }

    internal HostShard Without(int hash, string name) => IndexOf(hash, name) is >= 0 and var i
        ? new HostShard([.. _hashes[..i], .. _hashes[(i + 1)..]], [.. _entries[..i], .. _entries[(i + 1)..]])
        : this;

    private int IndexOf(int hash, ReadOnlySpan<char> name) => IndexOf(_hashes, _entries, hash, name);

    private static int IndexOf(ReadOnlySpan<int> hashes, ReadOnlySpan<KeyValuePair<string, EdgeHost>> entries, int hash, ReadOnlySpan<char> name)
    {
        for (var from = 0; hashes[from..].IndexOf(hash) is >= 0 and var step; from += step + 1)
        {
            if (name.SequenceEqual(entries[from + step].Key))
            {
                return from + step;
            }
        }

        return -1;
    }
}
