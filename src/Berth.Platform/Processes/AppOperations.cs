using System.Collections.Concurrent;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Platform.Processes;

/// <summary>One operation at a time for an app, from what it reads to what it has made of it; who waits is told for what.</summary>
public sealed class AppOperations(IStateStore store, AppCatalog apps)
{
    private readonly ConcurrentDictionary<AppName, string> _underWay = [];

    /// <param name="app">The app.</param>
    /// <param name="name">What is done to it: <c>deploy</c>.</param>
    /// <param name="output">Told when another operation has to end first; null for nobody.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Disposed when it is done.</returns>
    /// <exception cref="ProblemException">The other one takes too long, or the app is gone when it has ended.</exception>
    public async Task<IDisposable> BeginAsync(AppName app, string name, CommandOutput? output, CancellationToken cancel)
    {
        if (output is not null && _underWay.TryGetValue(app, out var other))
        {
            output.Step($"Waiting for the {other} of {app} under way to end...");
            await output.FlushAsync(cancel);
        }

        var held = await store.LockAsync($"{app}.ps", cancel);
        if (!apps.Exists(app))
        {
            held.Dispose();
            apps.Find(app.Text);
        }

        _underWay[app] = name;
        return new UnderWay(this, app, held);
    }

    private sealed class UnderWay(AppOperations owner, AppName app, IDisposable held) : IDisposable
    {
        public void Dispose()
        {
            owner._underWay.TryRemove(app, out _);
            held.Dispose();
        }
    }
}
