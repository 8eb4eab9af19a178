using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Processes;

/// <summary>Does something to one app, or with <c>--all</c> to each, some at a time (<c>--parallel</c>): one that fails stops no other.</summary>
internal sealed class EveryApp(AppCatalog apps)
{
    public const string All = "--all";
    public const string Parallel = "--parallel";

    /// <param name="call">Its words are an app or <see cref="All"/>.</param>
    /// <param name="words">The words, sorted.</param>
    /// <param name="name">The operation as messages call it: <c>restart</c>.</param>
    /// <param name="operation">What to do to an app.</param>
    public async Task<int> RunAsync(CommandCall call, Arguments words, string name, Func<AppName, Task> operation)
    {
        if (!words.Has(All))
        {
            await operation(apps.Find(words.At(0)));
            return 0;
        }

        var all = apps.List();
        var atOnce = AtOnce(call.Output, words.Value(Parallel), name);
        if (all.Count == 0)
        {
            call.Output.Warn(AppListing.NoApps);
            return 0;
        }

        var failures = 0;
        await System.Threading.Tasks.Parallel.ForEachAsync(
            all,
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = call.Cancel },
            async (app, _) =>
            {
                if (!await SucceedsAsync(call.Output, app, operation))
                {
                    Interlocked.Increment(ref failures);
                }
            });
        return failures == 0 ? 0 : throw ProcessStateProblems.SomeFailed(name, failures).AsException();
    }

    private static async Task<bool> SucceedsAsync(CommandOutput output, AppName app, Func<AppName, Task> operation)
    {
        try
        {
            await operation(app);
            return true;
        }
        catch (ProblemException e)
        {
            output.Warn($"{app}: {e.Problem.Found}");
            foreach (var detail in e.Problem.Details)
            {
                output.Warn($"  {detail}");
            }

            return false;
        }
    }

    private static int AtOnce(CommandOutput output, string? text, string name)
    {
        var count = 0;
        if (text is not null && (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out count) || count < -1))
        {
            throw ProcessStateProblems.InvalidParallel(text).AsException();
        }

        if (count == -1)
        {
            count = Environment.ProcessorCount;
            output.Warn(string.Create(CultureInfo.InvariantCulture, $"Setting --parallel=-1 value to CPU count of {count}"));
        }

        if (count <= 1)
        {
            output.Warn($"Running {name} in serial mode");
        }

        return Math.Max(1, count);
    }
}
