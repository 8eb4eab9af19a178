using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>
/// When each certificate is next looked at, in memory: a hundred thousand are scanned in a millisecond or two. It is never the truth. What is due is
/// asked again before anything is done, and a slice of all is asked anew at each look, so that a hand edit counts soon. Used by one loop.
/// </summary>
public sealed class RenewalIndex
{
    private readonly Dictionary<AppName, DateTimeOffset> _next = [];
    private readonly Queue<AppName> _fresh = new();
    private readonly Queue<AppName> _round = new();
    private readonly HashSet<AppName> _known = [];

    // The first time after the one it was last asked for, or before that: never later.
    private DateTimeOffset? _first;
    private DateTimeOffset _askedFor = DateTimeOffset.MaxValue;

    /// <summary>How many apps are known.</summary>
    public int Count => _known.Count;

    /// <summary>Whether there are apps that were never asked.</summary>
    public bool HasFresh => _fresh.Count > 0;

    /// <summary>Takes new apps in and lets those go that are gone.</summary>
    /// <param name="apps">All there are.</param>
    /// <param name="told">What an app answered before a restart, <see cref="DateTimeOffset.MaxValue"/> for never; null when it must be asked.</param>
    public void Follow(IReadOnlyList<AppName> apps, Func<AppName, DateTimeOffset?>? told = null)
    {
        // Grown step by step, each would leave as much behind as it takes.
        _known.EnsureCapacity(apps.Count);
        _next.EnsureCapacity(apps.Count);
        _round.EnsureCapacity(apps.Count);
        foreach (var app in apps.Where(_known.Add))
        {
            var next = told?.Invoke(app);
            Set(app, next == DateTimeOffset.MaxValue ? null : next);
            (next is null ? _fresh : _round).Enqueue(app);
        }

        if (_known.Count > apps.Count)
        {
            var there = apps.ToHashSet();
            foreach (var app in _known.Where(app => !there.Contains(app)).ToArray())
            {
                _known.Remove(app);
                _next.Remove(app);
            }
        }
    }

    /// <summary>The apps to ask anew at this look: those never asked or longest ago.</summary>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<AppName> Slice(int most)
    {
        var slice = new List<AppName>();
        for (var left = Math.Min(most, _fresh.Count + _round.Count); left > 0; left--)
        {
            var app = _fresh.Count > 0 ? _fresh.Dequeue() : _round.Dequeue();
            if (_known.Contains(app))
            {
                slice.Add(app);
                _round.Enqueue(app);
            }
        }

        return slice;
    }

    /// <summary>What an app answered; null: it has nothing to do.</summary>
    public void Set(AppName app, DateTimeOffset? next)
    {
        if (next is { } at)
        {
            _next[app] = at;
            _first = at > _askedFor && !(_first <= at) ? at : _first;
        }
        else
        {
            _next.Remove(app);
        }
    }

    /// <summary>What an app answered last; null: it has nothing to do.</summary>
    public DateTimeOffset? NextOf(AppName app) => _next.TryGetValue(app, out var at) ? at : null;

    public IReadOnlyList<AppName> Due(DateTimeOffset now) => [.. _next.Where(pair => pair.Value <= now).Select(pair => pair.Key)];

    /// <summary>The first time after <paramref name="now"/> at which something may be due; null when nothing is.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset now)
    {
        if (now < _askedFor || _first <= now)
        {
            _first = null;
            foreach (var at in _next.Values)
            {
                _first = at > now && !(_first <= at) ? at : _first;
            }
        }

        _askedFor = now;
        return _first;
    }
}
