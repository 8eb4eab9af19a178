using System.Diagnostics.CodeAnalysis;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// Who waits for a turn, the most urgent first. A few are put into order at each look; very many now and then, for that takes as long as some
/// renewals. Used by one loop.
/// </summary>
internal sealed class RenewalLine(TimeProvider time)
{
    private const int Few = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Those that some turns are kept from hold up no other.
    private readonly Dictionary<(string Server, bool Yields), Queue<(AppName App, RenewalRank Rank)>> _lines = [];
    private int _count;
    private long _ordered;

    /// <summary>Whether to find anew who waits.</summary>
    public bool IsStale => _count < Few || time.GetElapsedTime(_ordered) >= Pause;

    /// <summary>The longest to wait until it is; null where it is at once.</summary>
    public TimeSpan? StaleIn => _count < Few ? null : Pause;

    /// <param name="waiting">The most urgent first.</param>
    public void Set(IReadOnlyCollection<(AppName App, RenewalRank Rank)> waiting)
    {
        _lines.Clear();
        foreach (var (app, rank) in waiting)
        {
            if (!_lines.TryGetValue((rank.Server, rank.Yields), out var line))
            {
                _lines.Add((rank.Server, rank.Yields), line = new());
            }

            line.Enqueue((app, rank));
        }

        (_count, _ordered) = (waiting.Count, time.GetTimestamp());
    }

    /// <summary>Takes the most urgent one.</summary>
    /// <param name="areTaken">Whether all turns at a server are, that it may have.</param>
    /// <param name="app">Who it is.</param>
    public bool TryTake(Predicate<RenewalRank> areTaken, [NotNullWhen(true)] out AppName? app)
    {
        Queue<(AppName App, RenewalRank Rank)>? first = null;
        foreach (var line in _lines.Values)
        {
            if (line.Count > 0 && !areTaken(line.Peek().Rank) && !(first?.Peek().Rank.CompareTo(line.Peek().Rank) <= 0))
            {
                first = line;
            }
        }

        app = first?.Dequeue().App;
        _count -= first is null ? 0 : 1;
        return app is not null;
    }
}
