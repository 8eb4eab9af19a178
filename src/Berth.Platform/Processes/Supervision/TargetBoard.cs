using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes.Supervision;

/// <summary>
/// What the edge was last told about one app. Every change is told once, in order; during a swap, which tells by itself, it holds back.
/// </summary>
internal sealed class TargetBoard(AppName app, Func<ImmutableArray<Target>> look, Action<AppTargets> tell)
{
    private readonly Lock _lock = new();
    private AppTargets _told = new(app, 0, []);
    private bool _swapping;

    public AppTargets Told => Volatile.Read(ref _told);

    /// <summary>Looks again and tells what changed.</summary>
    public void Refresh()
    {
        lock (_lock)
        {
            if (!_swapping && !look().SequenceEqual(_told.Targets))
            {
                LookAgain();
                tell(_told);
            }
        }
    }

    /// <param name="install">Changes what a look finds.</param>
    /// <returns>What the swap is to tell.</returns>
    public AppTargets BeginSwap(Action install)
    {
        lock (_lock)
        {
            _swapping = true;
            install();
            LookAgain();
            return _told;
        }
    }

    /// <summary>The swap told what it was given; what changed meanwhile follows.</summary>
    public void EndSwap()
    {
        lock (_lock)
        {
            _swapping = false;
        }

        Refresh();
    }

    /// <summary>Nobody knows what was told: it is told again.</summary>
    /// <param name="restore">Changes what a look finds.</param>
    public void EndSwapTelling(Action restore)
    {
        lock (_lock)
        {
            _swapping = false;
            restore();
            LookAgain();
            tell(_told);
        }
    }

    private void LookAgain() => Volatile.Write(ref _told, new AppTargets(app, _told.Version + 1, look()));
}
