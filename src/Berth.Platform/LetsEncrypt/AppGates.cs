using System.Collections.Concurrent;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Lets one at a time work on an app's certificate.</summary>
/// <param name="underWay">What a server is being asked for it, in one sentence; null where none is.</param>
/// <param name="time">The clock.</param>
internal sealed class AppGates(Func<AppName, string?> underWay, TimeProvider time)
{
    private readonly ConcurrentDictionary<AppName, Gate> _gates = new();

    /// <param name="app">Whose certificate.</param>
    /// <param name="output">Told when another has to end first, on standard error: what is printed stays what scripts expect.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<Held> EnterAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        if (TryEnter(app) is { } held)
        {
            return held;
        }

        output.ErrorLine($"-----> Waiting for what is under way with the certificate of {app} to end...");
        var gate = GateOf(app);
        output.Remedy($"{Lasting(gate)}{(underWay(app) is { } words ? $": {words}" : "")}");
        output.Remedy($"How it goes on: `berth letsencrypt:status {app}`");
        await output.FlushAsync(cancel);
        var givenUp = gate.GivenUp;
        await gate.Turn.WaitAsync(cancel);
        return Hold(gate, givenUp);
    }

    /// <summary>Makes whoever is at it give up, and whoever waits by now. Who comes later comes after who waits.</summary>
    public void End(AppName app) => GateOf(app).End();

    /// <summary>Whether somebody is at it now.</summary>
    public bool IsHeld(AppName app) => _gates.TryGetValue(app, out var gate) && gate.Turn.CurrentCount == 0;

    /// <returns>Null when another is at it.</returns>
    public Held? TryEnter(AppName app)
    {
        var gate = GateOf(app);
        var givenUp = gate.GivenUp;
        return gate.Turn.Wait(0) ? Hold(gate, givenUp) : null;
    }

    private Held Hold(Gate gate, CancellationToken givenUp)
    {
        gate.Since = time.GetTimestamp();
        return new Held(gate, givenUp);
    }

    private string Lasting(Gate gate) =>
        time.GetElapsedTime(gate.Since) is var lasts && lasts < TimeSpan.FromSeconds(1) ? "It has just begun" : $"It has taken {RemainingTime.Format(lasts)} by now";

    private Gate GateOf(AppName app) => _gates.GetOrAdd(app, static _ => new Gate());

    /// <summary>The app's certificate, for one.</summary>
    internal sealed class Held(Gate gate, CancellationToken givenUp) : IDisposable
    {
        private int _released;

        /// <summary>Cancelled once somebody wants what is under way here to be given up.</summary>
        public CancellationToken GivenUp => givenUp;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                gate.Turn.Release();
            }
        }
    }

    // Without a timer a source has nothing to let go of.
#pragma warning disable CA1001
    internal sealed class Gate
#pragma warning restore CA1001
    {
        private CancellationTokenSource _givenUp = new();

        public SemaphoreSlim Turn { get; } = new(1, 1);

        /// <summary>When whoever is at it began.</summary>
        public long Since { get; set; }

        public CancellationToken GivenUp => Volatile.Read(ref _givenUp).Token;

        public void End() => Interlocked.Exchange(ref _givenUp, new CancellationTokenSource()).Cancel();
    }
}
