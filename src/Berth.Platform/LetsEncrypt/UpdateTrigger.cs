using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.Plugins;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// Tells plugins of a certificate that came into service: <c>post-certs-update</c>. Who is still to hear of which is on disk, for a daemon may end in
/// between, and a mail server go on with the old one until it lapses: twice is better than not at all.
/// </summary>
public sealed class UpdateTrigger(ITriggers triggers, IStateStore store, TimeProvider time) : ILineageEvents
{
    private const string Name = "post-certs-update";

    // It is in service: whoever gives up leaves them time to hear of it.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    // Nobody sees one that hangs, and it keeps others' turns.
    private static readonly TimeSpan Unwatched = TimeSpan.FromMinutes(10);

    private static readonly StatePath Untold = StatePath.Lib("data", "letsencrypt", "--global", "untold");

    /// <summary>Remembers that plugins are to hear of a certificate, before its order is closed.</summary>
    public void Publish(LineageEvent happened)
    {
        if (happened.Kind == LineageEventKind.Issued)
        {
            Remember(happened.App);
        }
    }

    /// <summary>As <see cref="Publish"/>, for what has no order.</summary>
    public void Remember(AppName app)
    {
        if (triggers.MayBeHandled(Name))
        {
            store.EnsureFolder(Untold, PrivateFolder.OwnerOnly);
            store.WriteUnsynced(Untold.Slash(app.Text), $"{Guid.NewGuid()}\n");
        }
    }

    /// <param name="app">Whose.</param>
    /// <param name="isWatched">Whether somebody waits for it, who may give up.</param>
    /// <param name="output">Where what they print goes.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task FireAsync(AppName app, bool isWatched, CommandOutput output, CancellationToken cancel)
    {
        var mark = store.Read(Untold.Slash(app.Text));
        using var limit = new CancellationTokenSource(isWatched ? Timeout.InfiniteTimeSpan : Unwatched, time);
        using var given = cancel.UnsafeRegister(limit => ((CancellationTokenSource)limit!).CancelAfter(Farewell), limit);
        try
        {
            await triggers.FireAsync(Name, [app.Text], output, limit.Token);
            Told(app.Text, mark);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Told(app.Text, mark);
            throw PluginProblems.TooSlow(Name, Unwatched).AsException();
        }
        catch (ProblemException)
        {
            Told(app.Text, mark);
            throw;
        }
    }

    /// <summary>Tells of those of which an earlier process did not come to tell.</summary>
    /// <param name="apps">Those that there are.</param>
    /// <param name="isToldLater">Whether the order of one is still to be closed, and tells of it then.</param>
    /// <param name="log">Where what they print goes, and what goes wrong.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task FireLeftAsync(AppCatalog apps, Func<AppName, Task<bool>> isToldLater, IRenewalLog log, CancellationToken cancel)
    {
        foreach (var name in store.List(Untold))
        {
            if (!AppName.TryParse(name, out var app) || !apps.Exists(app))
            {
                Told(name, store.Read(Untold.Slash(name)));
            }
            else
            {
                await FireOneAsync(app, isToldLater, log, cancel);
            }
        }
    }

    private async Task FireOneAsync(AppName app, Func<AppName, Task<bool>> isToldLater, IRenewalLog log, CancellationToken cancel)
    {
        try
        {
            if (await isToldLater(app))
            {
                return;
            }

            await FireAsync(app, isWatched: false, log.OutputOf(app), cancel);
        }
        catch (ProblemException e)
        {
            log.Failed(app, e.Problem);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.Faulted(app, e);
        }
    }

    // Of another that came into service meanwhile they hear by themselves.
    private void Told(string app, string? mark)
    {
        try
        {
            if (mark is not null && store.Read(Untold.Slash(app)) == mark)
            {
                store.Delete(Untold.Slash(app));
            }
        }
        catch (ProblemException)
        {
            // A disk that takes nothing: they hear of it once more.
        }
    }
}
