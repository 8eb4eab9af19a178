using System.Collections.Concurrent;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Lets one at a time work on an app's certificate.</summary>
internal sealed class AppGates
{
    private readonly ConcurrentDictionary<AppName, SemaphoreSlim> _gates = new();

    public async Task<IDisposable> EnterAsync(AppName app, CancellationToken cancel)
    {
        var gate = GateOf(app);
        await gate.WaitAsync(cancel);
        return new Held(gate);
    }

    /// <returns>Null when another is at it.</returns>
    public IDisposable? TryEnter(AppName app)
    {
        var gate = GateOf(app);
        return gate.Wait(0) ? new Held(gate) : null;
    }

    private SemaphoreSlim GateOf(AppName app) => _gates.GetOrAdd(app, static _ => new SemaphoreSlim(1, 1));

    private sealed class Held(SemaphoreSlim gate) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                gate.Release();
            }
        }
    }
}
