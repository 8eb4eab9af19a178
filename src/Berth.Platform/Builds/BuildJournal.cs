using System.Collections.Concurrent;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes;

namespace Berth.Platform.Builds;

/// <summary>
/// Runs what builds or starts an app with a record and a log of it, and lets <c>builds:cancel</c> end it. A record that cannot be
/// written keeps no app from being deployed.
/// </summary>
public sealed class BuildJournal(BuildStore store, IProcessLog log)
{
    private readonly ConcurrentDictionary<AppName, ConcurrentDictionary<string, CancellationTokenSource>> _underWay = [];

    /// <param name="app">Whose.</param>
    /// <param name="source">Which command.</param>
    /// <param name="output">The caller's; the work gets one that the log reads too.</param>
    /// <param name="work">What is done.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="ProblemException">What the work ended with, or <see cref="BuildProblems.BuildCanceled"/>.</exception>
    public async Task RunAsync(
        AppName app, BuildSource source, CommandOutput output, Func<CommandOutput, CancellationToken, Task> work, CancellationToken cancel)
    {
        if (Begin(app, source) is not { } record)
        {
            await work(output, cancel);
            return;
        }

        using var stop = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, stop.Token);
        using var kept = BuildLog.Open(store.LogPathOf(app, record.Id));
        var own = _underWay.GetOrAdd(app, _ => []);
        own[record.Id] = stop;
        var (status, exit) = (BuildStatus.Failed, 1);
        try
        {
            await work(output.With(kept), either.Token);
            (status, exit) = (BuildStatus.Succeeded, 0);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            (status, exit) = (BuildStatus.Canceled, -1);
            throw BuildProblems.Canceled(app, source).AsException();
        }
        catch (OperationCanceledException)
        {
            (status, exit) = (BuildStatus.Canceled, -1);
            log.Interrupted(app, source.Operation);
            throw;
        }
        catch (ProblemException e)
        {
            Keep(kept, e.Problem);
            log.Failed(app, source.Operation, e.Problem);
            throw;
        }
        finally
        {
            own.TryRemove(record.Id, out _);
            Finish(app, record, status, exit);
        }
    }

    /// <summary>Ends what is under way for an app.</summary>
    /// <returns>False when nothing was.</returns>
    public bool Cancel(AppName app)
    {
        var any = false;
        foreach (var stop in _underWay.TryGetValue(app, out var own) ? own.Values : [])
        {
            try
            {
                stop.Cancel();
                any = true;
            }
            catch (ObjectDisposedException)
            {
                // It ended at this very moment.
            }
        }

        return any;
    }

    private static void Keep(BuildLog kept, Problem problem)
    {
        var lines = (string[])[problem.Found, .. problem.Details.Select(detail => $"  {detail}")];
        kept.Write(OutputChannel.Error, System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $" !     {line}\n"))));
    }

    private BuildRecord? Begin(AppName app, BuildSource source)
    {
        try
        {
            return store.Begin(app, source);
        }
        catch (ProblemException e)
        {
            log.Noticed(app, $"its {source.Operation} is not recorded: {e.Problem.Found}");
            return null;
        }
    }

    private void Finish(AppName app, BuildRecord record, string status, int exit)
    {
        try
        {
            store.Finish(app, record, status, exit);
            store.Prune(app);
        }
        catch (ProblemException e)
        {
            log.Noticed(app, $"the end of build {record.Id} is not recorded: {e.Problem.Found}");
        }
    }
}
