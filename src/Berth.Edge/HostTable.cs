using Berth.Edge.Hosts;
using Berth.Edge.Reading;
using Berth.Kernel;

namespace Berth.Edge;

/// <summary>
/// Host names and what is behind them: exact names, and wildcards that match exactly one label; the exact name wins
/// (RFC 6125 §6.4.3). Immutable; a change gives a new table that shares what did not change.
/// </summary>
/// <remarks>
/// A fixed number of small shards: a change copies the list of them and the one it falls into. Measured at 100,000 names:
/// a changed name takes 2 µs, where a frozen dictionary takes 100 ms to build again and a plain one 8 ms to copy. A lookup
/// of names in random order takes 0.6 µs with folding and wildcards, most of it the way to memory; a frozen dictionary,
/// which does neither, 0.3 µs.
/// </remarks>
public sealed class HostTable
{
    private const int ShardCount = 1024; // a power of two: about 100 names each at 100,000

    private readonly HostShard[] _shards;

    private HostTable(HostShard[] shards, int count) => (_shards, Count) = (shards, count);

    public static HostTable Empty { get; } = new(Enumerable.Repeat(HostShard.Empty, ShardCount).ToArray(), 0);

    /// <summary>How many names there are, a wildcard counting as one.</summary>
    public int Count { get; }

    /// <summary>Finds a host without allocating.</summary>
    /// <param name="text">A Host header or SNI as the client sent it: any case, with or without a port and a final dot.</param>
    /// <returns>Null when the name is not known here or is no host name.</returns>
    public EdgeHost? Find(ReadOnlySpan<char> text)
    {
        Span<char> buffer = stackalloc char[HostLine.Longest];
        if (!HostLine.TryFold(text, buffer, out var length))
        {
            return null;
        }

        var name = buffer[..length];
        if (Exactly(name) is { } host)
        {
            return host;
        }

        var dot = name.IndexOf('.');
        if (dot < 1)
        {
            return null;
        }

        // The wildcard's key is written over the end of the first label; a name of its own can never hold a '*'.
        name[dot - 1] = '*';
        return Exactly(name[(dot - 1)..]);
    }

    /// <summary>The host stored for exactly this name or wildcard.</summary>
    public EdgeHost? this[DomainName name] => Exactly(name.Text);

    /// <summary>Adds or replaces one name.</summary>
    public HostTable With(DomainName name, EdgeHost host) => Change([], [KeyValuePair.Create(name, host)]);

    /// <summary>Removes one name; one that is not there is no fault.</summary>
    public HostTable Without(DomainName name) => Change([name], []);

    /// <summary>Removes names, then adds or replaces others, in one step.</summary>
    public HostTable Change(IEnumerable<DomainName> removed, IEnumerable<KeyValuePair<DomainName, EdgeHost>> added)
    {
        var shards = (HostShard[])_shards.Clone();
        var count = Count;
        foreach (var name in removed)
        {
            var hash = HostLine.Hash(name.Text);
            Replace(hash & (ShardCount - 1), shard => shard.Without(hash, name.Text));
        }

        // What falls into one shard is added at once: a start with very many names would copy it as often as it has names.
        foreach (var group in added.GroupBy(pair => HostLine.Hash(pair.Key.Text) & (ShardCount - 1)))
        {
            Replace(group.Key, shard => shard.With(group));
        }

        return new HostTable(shards, count);

        void Replace(int place, Func<HostShard, HostShard> change)
        {
            var before = shards[place].Count;
            shards[place] = change(shards[place]);
            count += shards[place].Count - before;
        }
    }

    private EdgeHost? Exactly(ReadOnlySpan<char> name)
    {
        var hash = HostLine.Hash(name);
        return _shards[hash & (ShardCount - 1)].Find(hash, name);
    }
}
