using System.Text.Json;
using Berth.Kernel;

namespace Berth.Platform.Cron;

/// <summary>Reads the <c>cron</c> list of an app.json.</summary>
public static class CronTaskReader
{
    /// <summary>The longest command, in characters.</summary>
    public const int CommandLimit = 4096;

    private const int Most = 200;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <param name="app">Whose.</param>
    /// <param name="text">The file's content.</param>
    /// <param name="warn">Told of entries that are left out.</param>
    /// <exception cref="ProblemException">It is no JSON, or an entry's schedule or policy is not valid.</exception>
    public static IReadOnlyList<CronTask> Parse(AppName app, string text, Action<string> warn)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("cron", out var list) && list.ValueKind != JsonValueKind.Null
                ? Read(app, list, warn)
                : [];
        }
        catch (JsonException e)
        {
            throw CronProblems.BadAppJson(app, e.Message).AsException(e);
        }
    }

    private static List<CronTask> Read(AppName app, JsonElement list, Action<string> warn)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw CronProblems.BadAppJson(app, "cron is not a list").AsException();
        }

        if (list.GetArrayLength() > Most)
        {
            throw CronProblems.TooMany(app, Most).AsException();
        }

        List<CronTask> tasks = [];
        foreach (var (index, item) in list.EnumerateArray().Index())
        {
            var (command, schedule) = (Text(app, item, "command"), Text(app, item, "schedule"));
            if (command.Length == 0 || schedule.Length == 0)
            {
                warn($"Missing cron {(command.Length == 0 ? "task command" : "schedule")} for app {app} (index {index})");
                continue;
            }

            tasks.Add(Task(app, item, command, schedule));
        }

        return tasks;
    }

    private static CronTask Task(AppName app, JsonElement item, string command, string schedule)
    {
        if (!CronSchedule.TryParse(schedule, out _, out var reason))
        {
            throw CronProblems.BadSchedule(app, schedule, reason).AsException();
        }

        var policy = Text(app, item, "concurrency_policy") is { Length: > 0 } given ? given : "allow";
        return policy is "allow" or "forbid" or "replace"
            ? new CronTask(CronTask.IdOf(app, command, schedule), command, schedule)
            {
                ConcurrencyPolicy = policy,
                TaskInMaintenance = item.TryGetProperty("maintenance", out var maintenance) && maintenance.ValueKind == JsonValueKind.True,
            }
            : throw CronProblems.BadPolicy(app, schedule, policy).AsException();
    }

    private static string Text(AppName app, JsonElement item, string key)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw CronProblems.BadAppJson(app, "an entry of cron is not an object").AsException();
        }

        if (!item.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return "";
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw CronProblems.BadAppJson(app, $"{key} of a cron entry is not text").AsException();
        return text.Length <= CommandLimit ? text : throw CronProblems.BadAppJson(app, $"{key} of a cron entry is longer than {CommandLimit} characters").AsException();
    }
}
