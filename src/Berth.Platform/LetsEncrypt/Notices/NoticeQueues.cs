namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>What waits at each place, in turn. Safe for several threads.</summary>
internal sealed class NoticeQueues
{
    private const int MostWaiting = 1000;

    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <param name="place">Where it is to be delivered.</param>
    /// <param name="pending">What.</param>
    /// <param name="givenUp">One that is given up for it; null for none.</param>
    /// <returns>Whether somebody must begin to deliver there.</returns>
    public bool Add(string place, PendingNotice pending, out PendingNotice? givenUp)
    {
        lock (_places)
        {
            givenUp = null;
            var isNew = !_places.TryGetValue(place, out var known);
            known = _places[place] = known ?? new Place();
            known.Waiting.Add(pending);
            known.Arrived.TrySetResult();
            if (known.Waiting.Count > MostWaiting)
            {
                var underWay = known.UnderWay;
                givenUp = known.Waiting.First(oldest => oldest != underWay);
                known.Waiting.Remove(givenUp);
            }

            return isNew;
        }
    }

    /// <param name="place">Where somebody delivers.</param>
    /// <param name="more">Ends once there is more.</param>
    /// <returns>The oldest of each app, which holds up no other's; null where nothing waits any more, and nobody delivers there from then on.</returns>
    public IReadOnlyList<PendingNotice>? HeadsOf(string place, out Task more)
    {
        lock (_places)
        {
            var known = _places[place];
            known.Arrived = known.Arrived.Task.IsCompleted ? Place.Signal() : known.Arrived;
            more = known.Arrived.Task;
            if (known.Waiting.Count > 0)
            {
                return [.. known.Waiting.DistinctBy(pending => pending.App)];
            }

            _places.Remove(place);
            return null;
        }
    }

    /// <summary>Takes one to be tried, which nobody gives up meanwhile.</summary>
    /// <returns>False where it has been given up.</returns>
    public bool Begin(string place, PendingNotice pending)
    {
        lock (_places)
        {
            var known = _places[place];
            var isThere = known.Waiting.Contains(pending);
            known.UnderWay = isThere ? pending : null;
            return isThere;
        }
    }

    /// <summary>It was tried.</summary>
    /// <param name="place">Where.</param>
    /// <param name="pending">What.</param>
    /// <param name="isOver">Whether it waits no more.</param>
    public void End(string place, PendingNotice pending, bool isOver)
    {
        lock (_places)
        {
            var known = _places[place];
            known.UnderWay = null;
            if (isOver)
            {
                known.Waiting.Remove(pending);
            }
        }
    }

    private sealed class Place
    {
        public List<PendingNotice> Waiting { get; } = [];

        public PendingNotice? UnderWay { get; set; }

        public TaskCompletionSource Arrived { get; set; } = Signal();

        public static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
