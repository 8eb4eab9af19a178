namespace Berth.Acme.Dns;

/// <summary>
/// Lets changes that must not meet come one after the other: at one name, of a zone that a provider knows only whole, or by one program. Solvers
/// whose providers may change the same zones share one.
/// </summary>
public sealed class DnsTurns
{
    private readonly NameGates _gates = new();

    internal Task<T> RunAsync<T>(string turn, Func<Task<T>> work, CancellationToken cancel) => _gates.RunAsync(turn, work, cancel);
}
