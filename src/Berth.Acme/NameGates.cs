namespace Berth.Acme;

/// <summary>Lets one at a time through for each name; a name nobody waits for costs nothing.</summary>
internal sealed class NameGates
{
    private readonly Dictionary<string, (SemaphoreSlim Gate, int Users)> _gates = new(StringComparer.Ordinal);

    internal async Task<T> RunAsync<T>(string name, Func<Task<T>> work, CancellationToken cancel)
    {
        var gate = Enter(name);
        try
        {
            await gate.WaitAsync(cancel);
            try
            {
                return await work();
            }
            finally
            {
                gate.Release();
            }
        }
        finally
        {
            Leave(name);
        }
    }

    private SemaphoreSlim Enter(string name)
    {
        lock (_gates)
        {
            var (gate, users) = _gates.TryGetValue(name, out var known) ? known : (new SemaphoreSlim(1), 0);
            _gates[name] = (gate, users + 1);
            return gate;
        }
    }

    private void Leave(string name)
    {
        lock (_gates)
        {
            var (gate, users) = _gates[name];
            if (users == 1)
            {
                _gates.Remove(name);
                gate.Dispose();
            }
            else
            {
                _gates[name] = (gate, users - 1);
            }
        }
    }
}
