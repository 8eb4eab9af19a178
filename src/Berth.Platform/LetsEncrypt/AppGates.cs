using System.Collections.Concurrent;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Lets one at a time work on an app's certificate.</summary>
internal sealed class AppGates
{
    private readonly ConcurrentDictionary<AppName, SemaphoreSlim> _gates = new();

    /// <param name="app">Whose certificate.</param>
    /// <param name="output">Told when another has to end first, on standard error: what is printed stays what scripts expect.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<IDisposable> EnterAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        if (TryEnter(app) is { } held)
        {
            return held;
        }

        output.ErrorLine($"-----> Waiting for what is under way with the certificate of {app} to end...");
        await output.FlushAsync(cancel);
        var gate = GateOf(app);
        await gate.WaitAsync(cancel);
        return new Held(gate);
    }

    /// <summary>Whether somebody is at it now.</summary>
    public bool IsHeld(AppName app) => _gates.TryGetValue(app, out var gate) && gate.CurrentCount == 0;

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
