using System.Collections.Concurrent;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Limits;

/// <summary>
/// Of many apps that wait for the same limit one goes each time some of it is back, and the next finds the rest used up again: the others
/// hear of it from here, and need neither try nor write down that they could not. What is given back meanwhile is found once that time has come.
/// </summary>
public sealed class LimitWaits(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Server, string Limits, string Reason), DateTimeOffset> _ends = new();

    /// <summary>An order was held back by these.</summary>
    public void Note(IEnumerable<LineageGate> gates)
    {
        var now = time.GetUtcNow();
        foreach (var over in _ends.Where(end => end.Value <= now).ToArray())
        {
            _ends.TryRemove(over);
        }

        foreach (var gate in gates.Where(gate => gate.Kind is GateKind.Limit or GateKind.SetAside && gate.Until > now))
        {
            _ends[KeyOf(gate)] = gate.Until;
        }
    }

    /// <summary>A gate as it stands by what others have met since it was shut.</summary>
    public LineageGate AsKnown(LineageGate gate) => _ends.TryGetValue(KeyOf(gate), out var end) && end > gate.Until ? gate with { Until = end } : gate;

    private static (string Server, string Limits, string Reason) KeyOf(LineageGate gate) => (gate.Server ?? "", gate.Limits ?? "", gate.Reason);
}
