using System.Diagnostics.CodeAnalysis;

namespace Berth.Authority;

/// <summary>Items in lanes that take turns; of one lane only so many are out at once. Safe for several threads.</summary>
/// <typeparam name="T">What waits.</typeparam>
/// <param name="laneOf">Which lane an item is in.</param>
/// <param name="mostOut">How many items of a lane may be taken and not yet done.</param>
internal sealed class FairLanes<T>(Func<T, string> laneOf, int mostOut)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<Lane> _turns = new();

    /// <returns>True when one more item can be taken now; otherwise its lane is full, and <see cref="Done"/> will say so.</returns>
    internal bool Add(T item)
    {
        lock (_gate)
        {
            var name = laneOf(item);
            if (!_lanes.TryGetValue(name, out var lane))
            {
                _lanes.Add(name, lane = new Lane());
            }

            lane.Waiting.Enqueue(item);
            return Offer(lane);
        }
    }

    internal bool TryTake([MaybeNullWhen(false)] out T item)
    {
        lock (_gate)
        {
            if (!_turns.TryDequeue(out var lane))
            {
                item = default;
                return false;
            }

            lane.Out++;
            item = lane.Waiting.Dequeue();
            return true;
        }
    }

    /// <summary>Called once for each item that was taken.</summary>
    /// <returns>True when that has made one more item ready to be taken.</returns>
    internal bool Done(T item)
    {
        lock (_gate)
        {
            var name = laneOf(item);
            var lane = _lanes[name];
            lane.Out--;
            lane.Offered--;
            if (lane.Out == 0 && lane.Waiting.Count == 0)
            {
                _lanes.Remove(name);
                return false;
            }

            return lane.Waiting.Count > lane.Offered - lane.Out && Offer(lane);
        }
    }

    // A turn for each item that may go out: lanes that wait longest come first.
    private bool Offer(Lane lane)
    {
        if (lane.Offered >= mostOut)
        {
            return false;
        }

        lane.Offered++;
        _turns.Enqueue(lane);
        return true;
    }

    private sealed class Lane
    {
        internal Queue<T> Waiting { get; } = new();

        /// <summary>Taken and not done.</summary>
        internal int Out { get; set; }

        /// <summary>Turns given: taken, or about to be.</summary>
        internal int Offered { get; set; }
    }
}
