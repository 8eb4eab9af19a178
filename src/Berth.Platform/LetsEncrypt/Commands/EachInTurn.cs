using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary>Does the same for many apps, a few at once, and prints as if it were one after the other. Goes on after a failure, and reports each.</summary>
internal static class EachInTurn
{
    // An order waits for its server most of the time; more at once would meet the limits of most servers.
    private const int AtOnce = 8;

    /// <returns>How many failed.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<AppName> apps, Func<AppName, CommandOutput, Task<int>> run, CommandCall call)
    {
        var (failures, faults) = (0, new ConcurrentQueue<Exception>());
        var running = new List<Task<int>>(AtOnce);
        var started = new Queue<(KeptLines Lines, Task<int> Work)>();
        try
        {
            foreach (var app in apps)
            {
                call.Cancel.ThrowIfCancellationRequested();
                while (running.Count == AtOnce)
                {
                    running.Remove(await Task.WhenAny(running).WaitAsync(call.Cancel));
                }

                while (started.TryPeek(out var head) && head.Work.IsCompleted)
                {
                    failures += await FinishAsync(started.Dequeue(), call);
                }

                var lines = new KeptLines();
                var work = OneAsync(app, new CommandOutput(lines, call.Caller), run, faults);
                running.Add(work);
                started.Enqueue((lines, work));
                started.Peek().Lines.PassTo(call.Output);
            }

            while (started.TryDequeue(out var one))
            {
                failures += await FinishAsync(one, call);
            }
        }
        finally
        {
            // Where one was cancelled the others are too: none is left behind, and what they have done is told.
            await Task.WhenAll(started.Select(one => one.Work)).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            foreach (var one in started)
            {
                one.Lines.PassTo(call.Output);
            }
        }

        if (faults.TryDequeue(out var fault))
        {
            ExceptionDispatchInfo.Throw(fault);
        }

        return failures;
    }

    private static async Task<int> FinishAsync((KeptLines Lines, Task<int> Work) one, CommandCall call)
    {
        // Not flushed: a reader that pauses would hold up the next order.
        one.Lines.PassTo(call.Output);
        return await one.Work;
    }

    private static async Task<int> OneAsync(AppName app, CommandOutput output, Func<AppName, CommandOutput, Task<int>> run, ConcurrentQueue<Exception> faults)
    {
        try
        {
            return await run(app, output) == 0 ? 0 : 1;
        }
        catch (ProblemException e)
        {
            output.Warn($"{app}: {e.Problem.Found}");
            output.Remedy(e.Problem.Remedy);
            return 1;
        }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            // A fault of ours, told of once the others are done.
            output.Warn($"{app}: a fault of Berth's own");
            faults.Enqueue(e);
            return 1;
        }
    }
}
