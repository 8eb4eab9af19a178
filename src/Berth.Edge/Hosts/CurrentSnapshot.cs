using System.Collections.Immutable;

namespace Berth.Edge.Hosts;

/// <summary>The one place that changes: a reference to an immutable snapshot, replaced in a single write. Readers never lock.</summary>
internal sealed class CurrentSnapshot
{
    private EdgeSnapshot _value = EdgeSnapshot.Empty;

    internal EdgeSnapshot Value => Volatile.Read(ref _value);

    // A full fence, not just a release: who publishes and then counts requests under way must see every request that
    // still chose by the old snapshot (see TargetLoads).
    internal void Publish(EdgeSnapshot snapshot) => Interlocked.Exchange(ref _value, snapshot);

    internal void Update(Func<EdgeSnapshot, EdgeSnapshot> change) => ImmutableInterlocked.Update(ref _value, change);
}
