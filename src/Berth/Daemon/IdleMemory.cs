using System.Runtime;
using Berth.Kernel;

namespace Berth.Daemon;

/// <summary>
/// Gives back what a burst of work has left, once the daemon has come to rest: it waits for most of its life, and the machine's memory is for apps.
/// While there is much work nothing is done, for the next moment would want it again.
/// </summary>
internal sealed class IdleMemory : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    // Fewer bytes between two looks are rest, if they are also less than a part of what came since the last time: who is just at one certificate after
    // another would want it again, and gives it back at the seventeenth look at the latest. No more than the second are not worth a collection.
    private const long Rest = 4 << 20;
    private const long Worthwhile = 4 << 20;
    private const int Part = 16;

    // A start with a thousand apps leaves a quarter of it.
    private const long Much = 64 << 20;

    private readonly Func<long> _allocated;
    private readonly Action _giveBack;
    private readonly ITimer _timer;
    private long _before;
    private long _given;

    /// <param name="time">Tells when to look.</param>
    /// <param name="allocated">How many bytes were ever asked for.</param>
    /// <param name="giveBack">Gives memory back.</param>
    public IdleMemory(TimeProvider time, Func<long> allocated, Action giveBack)
    {
        (_allocated, _giveBack) = (allocated, giveBack);
        _timer = time.CreateTimer(_ => AtRest(), null, Look, Look);
    }

    /// <summary>Of this process.</summary>
    public static IdleMemory Watch(TimeProvider time)
    {
        Posix.ShareArenas();
        return new(time, () => GC.GetTotalAllocatedBytes(), GiveBack);
    }

    /// <summary>Gives back at once what a start has left that read very much.</summary>
    public static void AfterStart()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) > Much)
        {
            GiveBack();
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void AtRest()
    {
        var now = _allocated();
        if (now - _before < Math.Min(Rest, (now - _given) / Part) && now - _given > Worthwhile)
        {
            _given = now;
            _giveBack();
        }

        _before = now;
    }

    private static void GiveBack()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Posix.TrimHeap();
    }
}
