using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Berth.Acme.Challenges;

/// <summary>
/// Remembers what has proved each name, so that the next order tries that first, and a type that failed goes last.
/// Safe for several threads; the caller keeps it between runs.
/// </summary>
public sealed class ProofHistory
{
    private const int MostNames = 20_000;

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
                    history._names[name] = memory with { Failures = new Dictionary<string, int>(memory.Failures) };
                }
            }
        }
        catch (JsonException)
        {
            // Something else; an empty history costs one attempt.
        }

        return history is not null;
    }

    /// <summary>A name was proved: this type comes first from now on.</summary>
    /// <param name="name">With its wildcard label.</param>
    /// <param name="type">The challenge type.</param>
    public void Succeeded(string name, string type) => Change(name, _ => new ProofMemory(type, new Dictionary<string, int>()));

    /// <summary>A name could not be proved: this type comes after those that failed less often since the last success.</summary>
    /// <param name="name">With its wildcard label.</param>
    /// <param name="type">The challenge type.</param>
    public void Failed(string name, string type) => Change(name, memory => memory with
    {
        Failures = new Dictionary<string, int>(memory.Failures) { [type] = memory.Failures.GetValueOrDefault(type) + 1 },
    });

    /// <summary>Whether a name could not be proved by this type since it last was.</summary>
    /// <param name="name">With its wildcard label.</param>
    /// <param name="type">The challenge type.</param>
    public bool HasFailed(string name, string type)
    {
        lock (_gate)
        {
            return _names.TryGetValue(name, out var memory) && memory.Failures.ContainsKey(type);
        }
    }

    /// <summary>The solvers in the order in which they are tried for a name: what worked first, what failed most often last.</summary>
    public IEnumerable<IChallengeSolver> Sort(string name, IEnumerable<IChallengeSolver> solvers)
    {
        ProofMemory? memory;
        lock (_gate)
        {
            _names.TryGetValue(name, out memory);
        }

        // A stable sort: what has no history stays in the caller's order.
        return memory is null
            ? solvers
            : solvers.OrderBy(solver => memory.Failures.GetValueOrDefault(solver.Type))
                .ThenBy(solver => solver.Type == memory.Worked ? 0 : 1);
    }

    private void Change(string name, Func<ProofMemory, ProofMemory> change)
    {
        lock (_gate)
        {
            if (_names.Count >= MostNames && !_names.ContainsKey(name))
            {
                _names.Clear();
            }

            _names[name] = change(_names.GetValueOrDefault(name) ?? new ProofMemory(null, new Dictionary<string, int>()));
        }
    }
}
