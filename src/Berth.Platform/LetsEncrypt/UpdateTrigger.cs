using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Tells plugins of a certificate that came into service: <c>post-certs-update</c>.</summary>
internal sealed class UpdateTrigger(ITriggers triggers, TimeProvider time)
{
    private const string Name = "post-certs-update";

    // It is in service: whoever gives up leaves them time to hear of it.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    // Nobody sees one that hangs, and it keeps others' turns.
    private static readonly TimeSpan Unwatched = TimeSpan.FromMinutes(10);

    /// <param name="app">Whose.</param>
    /// <param name="isWatched">Whether somebody waits for it, who may give up.</param>
    /// <param name="output">Where what they print goes.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task FireAsync(AppName app, bool isWatched, CommandOutput output, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(isWatched ? Timeout.InfiniteTimeSpan : Unwatched, time);
        using var given = cancel.UnsafeRegister(limit => ((CancellationTokenSource)limit!).CancelAfter(Farewell), limit);
        try
        {
            await triggers.FireAsync(Name, [app.Text], output, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw PluginProblems.TooSlow(Name, Unwatched).AsException();
        }
    }
}
