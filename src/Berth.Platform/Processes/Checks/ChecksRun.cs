using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Processes.Checks;

/// <summary>The <c>checks:run</c> command: looks at what runs now as a deploy would.</summary>
internal sealed class ChecksRun(CheckSettings settings, AppRuntime runtime, AppCatalog apps)
{
    public async Task<int> RunAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        call.Output.Step("Running pre-flight checks");
        if (!runtime.IsDeployed(app))
        {
            throw ProcessStateProblems.NotDeployed(app).AsException();
        }

        var failed = 0;
        foreach (var (type, index) in Places(app, words.At(1)))
        {
            failed += await IsWellAsync(call, app, type, index) ? 0 : 1;
        }

        return failed == 0 ? 0 : throw CheckProblems.SomeFailed(app, failed).AsException();
    }

    /// <summary>What is asked for: all places, those of a type, or one (<c>web.2</c>).</summary>
    private (ProcessType Type, int Index)[] Places(AppName app, string? asked)
    {
        var formation = runtime.FormationOf(app);
        if (asked is null or "" or "_all_")
        {
            return [.. formation.SelectMany(pair => Places(pair.Key, pair.Value))];
        }

        return [.. asked.Split(',', StringSplitOptions.RemoveEmptyEntries).SelectMany(word =>
        {
            var parts = word.Split('.', 2);
            if (!ProcessType.TryParse(parts[0], out var type) || !formation.TryGetValue(type, out var count))
            {
                throw CheckProblems.UnknownPlace($"Invalid process type specified ({app}.{Printable.Of(parts[0], 60)})").AsException();
            }

            if (parts.Length == 1)
            {
                return Places(type, count);
            }

            return int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index >= 1 && index <= count
                ? [(type, index)]
                : throw CheckProblems.UnknownPlace($"Invalid container index specified ({app}.{type}.{Printable.Of(parts[1], 60)})").AsException();
        })];
    }

    private static IEnumerable<(ProcessType Type, int Index)> Places(ProcessType type, int count) =>
        Enumerable.Range(1, count).Select(index => (type, index));

    private async Task<bool> IsWellAsync(CommandCall call, AppName app, ProcessType type, int index)
    {
        if (settings.ListOf(app, CheckSettings.Disabled).Contains(type))
        {
            call.Output.Step($"Zero downtime is disabled for app ({app}.{type}). Skipping checks");
            return true;
        }

        call.Output.Step(string.Create(CultureInfo.InvariantCulture, $"Running checks for app ({app}.{type}.{index})"));
        if (settings.ListOf(app, CheckSettings.Skipped).Contains(type))
        {
            call.Output.Headline($"Zero downtime checks for app ({app}) have been skipped. moving on...");
            return true;
        }

        var instance = runtime.InstancesOf(app).FirstOrDefault(instance => instance.Type == type && instance.Index == index);
        var failure = instance is null ? "it is not running" : await runtime.CheckAsync(instance, call.Cancel);
        if (failure is null)
        {
            call.Output.Detail("All checks successful!");
            return true;
        }

        call.Output.Warn(string.Create(CultureInfo.InvariantCulture, $"{app}.{type}.{index}: {failure}"));
        return false;
    }
}
