using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Routing;

/// <summary>
/// What every app's files said when they were last read, kept over restarts: a daemon that has very many looks whether the files are as they were,
/// and reads only those that are not. A cache and nothing more: without it, or where it makes no sense, everything is read.
/// </summary>
public sealed class KnownApps(IStateStore store, TimeProvider time)
{
    // A kernel's clock for files ticks every few milliseconds: a file that has just changed may change again within the same tick.
    private const long Settled = 100_000_000;

    // The whole file is written each time.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    private readonly AppPlaces _places = new(store);
    private readonly Lock _changing = new();
    private Dictionary<AppName, AppFacts>? _known;
    private bool _changed;
    private DateTimeOffset _saved = DateTimeOffset.MinValue;

    /// <summary>What an app's files say now.</summary>
    /// <param name="app">Which.</param>
    /// <param name="read">Reads them, where they are not as they were.</param>
    /// <exception cref="ProblemException">They cannot be read.</exception>
    public AppFacts Of(AppName app, Func<AppFacts> read)
    {
        var look = _places.Look(app, out var newest);
        if (Find(app) is { } known && known.Look.Routes == look.Routes)
        {
            return known;
        }

        var facts = read() with { Look = look };
        Keep(app, IsSettled(newest) && !facts.IsBroken ? facts : null);
        return facts;
    }

    /// <summary>Looks at the files of many apps at once.</summary>
    /// <param name="apps">Which.</param>
    /// <returns>For each what is known of it, or null where its files are not as they were.</returns>
    public AppFacts?[] Unchanged(IReadOnlyList<AppName> apps)
    {
        var facts = Stored(apps);
        using var home = AppPlaces.TryHold(store, StatePath.Home());
        using var config = AppPlaces.TryHold(store, StatePath.Lib("config"));
        var places = new AppPlaces(store, home, config);
        Parallel.For(0, apps.Count, i => facts[i] = facts[i] is { } known ? Compared(places, apps[i], known) : null);
        return facts;
    }

    /// <returns>What is known of an app, as it was.</returns>
    public AppFacts? Find(AppName app)
    {
        lock (_changing)
        {
            return _known?.GetValueOrDefault(app);
        }
    }

    /// <summary>Whether an app has a certificate and a key that are known to belong together, as they are now.</summary>
    public bool IsWhole(AppName app) => Find(app) is { Certificate: not 0, IsBroken: false } known && known.Look.Routes == _places.Look(app, out _).Routes;

    /// <summary>Forgets an app that is gone.</summary>
    public void Forget(AppName app) => Keep(app, null);

    /// <summary>Asks when the app's certificate is next seen to, and keeps the answer.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="ask">Tells; null for never.</param>
    public DateTimeOffset? Next(AppName app, Func<DateTimeOffset?> ask)
    {
        var look = _places.Look(app, out var newest);
        var next = ask();
        var kept = next ?? DateTimeOffset.MaxValue;
        if (Find(app) is { } known && known.Look.Routes == look.Routes && (known.Next != kept || known.Look != look))
        {
            Keep(app, known with { Next = IsSettled(newest) ? kept : null, Look = look });
        }

        return next;
    }

    /// <summary>Writes down what is known, unless that was done a short while ago or nothing has changed since.</summary>
    /// <param name="now">Whether to write it whenever it was done last.</param>
    public void Save(bool now = false)
    {
        KeyValuePair<AppName, AppFacts>[] all;
        lock (_changing)
        {
            if (!_changed || _known is null || (!now && (time.GetUtcNow() - _saved).Duration() < Pause))
            {
                return;
            }

            all = [.. _known];
            (_changed, _saved) = (false, time.GetUtcNow());
        }

        try
        {
            AtomicFile.Write(store.FileOf(Place), KnownAppsFile.Write(all).Span);
        }
        catch (ProblemException)
        {
            // A disk that takes no file: the next start reads more.
        }
    }

    private AppFacts? Compared(AppPlaces places, AppName app, AppFacts known)
    {
        var look = places.Look(app, out _);
        if (look == known.Look)
        {
            return known;
        }

        var now = look.Routes == known.Look.Routes ? known with { Next = null, Look = look } : null;
        Keep(app, now);
        return now;
    }

    private bool IsSettled(long newest) => (time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000) - newest > Settled;

    private AppFacts?[] Stored(IReadOnlyList<AppName> apps)
    {
        lock (_changing)
        {
            var known = _known ??= Read(apps);
            return [.. apps.Select(app => known.GetValueOrDefault(app))];
        }
    }

    private Dictionary<AppName, AppFacts> Read(IReadOnlyList<AppName> apps)
    {
        try
        {
            return PlainFile.ReadBytes(store.FileOf(Place), KnownAppsFile.Longest) is { } bytes ? KnownAppsFile.Read(bytes.Span, apps) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private void Keep(AppName app, AppFacts? facts)
    {
        lock (_changing)
        {
            _known ??= [];
            _changed = true;
            if (facts is null)
            {
                _known.Remove(app);
            }
            else
            {
                _known[app] = facts;
            }
        }
    }

    private static StatePath Place { get; } = StatePath.Lib("run", "known-apps");
}
