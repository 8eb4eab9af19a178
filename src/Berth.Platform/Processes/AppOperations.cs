using System.Collections.Concurrent;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Platform.Processes;

/// <summary>
/// One operation at a time for an app, from what it reads to what it has made of it; who waits is told for what. A plugin's handler that
/// runs as a part of an operation may begin another on the same app: it does not wait for the one that waits for it.
/// </summary>
public sealed class AppOperations(IStateStore store, AppCatalog apps)
{
    private readonly ConcurrentDictionary<AppName, string> _underWay = [];
    private readonly ConcurrentDictionary<string, Operation> _byToken = [];

    /// <param name="app">The app.</param>
    /// <param name="name">What is done to it: <c>deploy</c>.</param>
    /// <param name="output">Told when another operation has to end first; null for nobody.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Disposed when it is done.</returns>
    /// <exception cref="ProblemException">The other one takes too long, or the app is gone when it has ended.</exception>
    public async Task<Operation> BeginAsync(AppName app, string name, CommandOutput? output, CancellationToken cancel)
    {
        var outer = OuterOf(app, output?.Caller);
        if (output is not null && outer is null && _underWay.TryGetValue(app, out var other))
        {
            output.Step($"Waiting for the {other} of {app} under way to end...");
            await output.FlushAsync(cancel);
        }

        var lent = outer is null ? null : await outer.LendAsync(cancel);
        var held = lent ?? await store.LockAsync($"{app}.ps", cancel);
        if (!apps.Exists(app))
        {
            held.Dispose();
            apps.Find(app.Text);
        }

        var operation = new Operation(app, held, ended => End(ended, lent is null));
        _byToken[operation.Token] = operation;
        if (lent is null)
        {
            _underWay[app] = name;
        }

        return operation;
    }

    /// <returns>The innermost operation on the app that the caller is a part of, or null.</returns>
    private Operation? OuterOf(AppName app, Caller? caller) => caller?.Operations
        .Select(token => _byToken.GetValueOrDefault(token))
        .LastOrDefault(operation => operation?.App == app);

    private void End(Operation ended, bool outermost)
    {
        _byToken.TryRemove(ended.Token, out _);
        if (outermost)
        {
            _underWay.TryRemove(ended.App, out _);
        }
    }
}
