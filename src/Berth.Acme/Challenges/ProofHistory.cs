using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Berth.Acme.Issuing;

namespace Berth.Acme.Challenges;

/// <summary>
/// Remembers what has proved each name, so that the next order tries that first, and a type that failed goes last.
/// Safe for several threads; the caller keeps it between runs.
/// </summary>
public sealed class ProofHistory
{
    private const int MostNames = 20_000;

    // A hand may have written any number.
    private const int MostFailures = 1000;

    private static readonly ProofMemory New = new(null, new Dictionary<string, int>());

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ProofMemory> _names = new(StringComparer.Ordinal);

    /// <returns>UTF-8 JSON; no secret in it.</returns>
    public byte[] ToJson()
    {
        lock (_gate)
        {
            return JsonSerializer.SerializeToUtf8Bytes(_names, ProofJson.Default.DictionaryStringProofMemory);
        }
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote; false for anything else, never an exception.</summary>
    public static bool TryParseJson(ReadOnlySpan<byte> json, [NotNullWhen(true)] out ProofHistory? history)
    {
        history = null;
        try
        {
            if (JsonSerializer.Deserialize(json, ProofJson.Default.DictionaryStringProofMemory) is { } names
                && names.Values.All(memory => memory is { Failures: not null }))
            {
                history = new ProofHistory();
                foreach (var (name, memory) in names.Take(MostNames))
                {
                    history._names[name] = memory with { Failures = Bounded(memory.Failures), Unseen = memory.Unseen is { } unseen ? Bounded(unseen) : null };
                }
            }
        }
        catch (JsonException)
        {
            // Something else; an empty history costs one attempt.
        }

        return history is not null;
    }

    private static Dictionary<string, int> Bounded(IReadOnlyDictionary<string, int> counts) =>
        counts.ToDictionary(pair => pair.Key, pair => Math.Clamp(pair.Value, 0, MostFailures), StringComparer.Ordinal);

    /// <summary>A name was proved: this type comes first from now on.</summary>
    /// <param name="name">With its wildcard label.</param>
    /// <param name="type">The challenge type.</param>
    public void Succeeded(string name, string type) => Change(name, _ => new ProofMemory(type, new Dictionary<string, int>()));

    /// <summary>A name could not be proved: this type comes after those that failed less often since the last success.</summary>
    /// <param name="name">With its wildcard label.</param>
    /// <param name="type">The challenge type.</param>
    /// <param name="isUnseen">Whether the CA has seen nothing of it: what answers its challenges could not, see <see cref="ForgetUnseen"/>.</param>
    public void Failed(string name, string type, bool isUnseen = false) => Change(name, memory => isUnseen
        ? memory with { Unseen = OneMore(memory.Unseen ?? new Dictionary<string, int>(), type) }
        : memory with { Failures = OneMore(memory.Failures, type) });

    /// <summary>Forgets failures of which the CA has seen nothing: for whoever has mended what answers its challenges, or is told why it cannot.</summary>
    public void ForgetUnseen()
    {
        lock (_gate)
        {
            foreach (var (name, memory) in _names)
            {
                _names[name] = memory with { Unseen = null };
            }
        }
    }

    /// <summary>Whether a name could not be proved by this type since it last was; or the wildcard that stands for it, where the CA has seen nothing of that.</summary>
    /// <param name="name">With its wildcard label.</param>
    /// <param name="type">The challenge type.</param>
    public bool HasFailed(string name, string type)
    {
        lock (_gate)
        {
            return MemoryOf(name)?.FailuresOf(type) > 0;
        }
    }

    /// <summary>
    /// The solvers in the order in which they are tried for a name: what worked first, what failed most often last. What could not answer for the wildcard
    /// that stands for it counts as failed once: the name takes its place in an order then.
    /// </summary>
    public IEnumerable<IChallengeSolver> Sort(string name, IEnumerable<IChallengeSolver> solvers)
    {
        ProofMemory? memory;
        lock (_gate)
        {
            memory = MemoryOf(name);
        }

        // A stable sort: what has no history stays in the caller's order.
        return memory is null
            ? solvers
            : solvers.OrderBy(solver => memory.FailuresOf(solver.Type))
                .ThenBy(solver => solver.Type == memory.Worked ? 0 : 1);
    }

    // Once: a wildcard may keep failing for a reason of its own.
    private ProofMemory? MemoryOf(string name) =>
        (_names.GetValueOrDefault(name), _names.GetValueOrDefault(OrderNames.WildcardOf(name))?.Unseen) switch
        {
            (var own, null) => own,
            (var own, { } wildcards) => (own ?? New) with { Unseen = wildcards.Keys.Aggregate(own?.Unseen ?? new Dictionary<string, int>(), OneMore) },
        };

    private static IReadOnlyDictionary<string, int> OneMore(IReadOnlyDictionary<string, int> failures, string type) =>
        new Dictionary<string, int>(failures) { [type] = failures.GetValueOrDefault(type) + 1 };

    private void Change(string name, Func<ProofMemory, ProofMemory> change)
    {
        lock (_gate)
        {
            if (_names.Count >= MostNames && !_names.ContainsKey(name))
            {
                _names.Clear();
            }

            _names[name] = change(_names.GetValueOrDefault(name) ?? New);
        }
    }
}
