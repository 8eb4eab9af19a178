using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;
using Berth.Platform.Properties;

namespace Berth.Platform.Cron;

/// <summary>The <c>cron:*</c> commands. Tasks are read, checked and shown; the embedded scheduler does not start them yet.</summary>
public sealed class CronFeature(CronTasks tasks, PropertyStore properties, ITriggers triggers, AppCatalog apps) : IFeature
{
    private const string MailFrom = "mailfrom";
    private const string MailTo = "mailto";

    private static readonly Report Report = new("cron-", "cron information") { KeepsPrefixToo = true };

    private readonly SettingTable _settings = new(
        CronTasks.Feature, properties, new Setting(MailFrom), new Setting(MailTo), new Setting(CronTasks.Maintenance, "false"));

    public string Name => "cron";

    public string Description => "Manage scheduled cron tasks";

    public IEnumerable<Command> Commands =>
    [
        new("cron:list", "<app>|--global [--format json|stdout]", "List scheduled cron tasks for an app", ListAsync),
        new("cron:report", "[<app>|--global] [--format json] [<flag>]", "Display report about an app", ReportAsync),
        new("cron:resume", "<app> <cron_id>", "Resume a cron task", call => SuspendAsync(call, "")),
        new("cron:run", "<app> <cron_id> [--detach]", "Run a cron task on the fly", RunAsync),
        new("cron:set", "[--global|<app>] <key> <value>", "Set or clear a cron property for an app", SetAsync) { Keys = _settings.Keys },
        new("cron:suspend", "<app> <cron_id>", "Suspend a cron task", call => SuspendAsync(call, "true")),
    ];

    private async Task<int> ListAsync(CommandCall call)
    {
        var words = call.Parse(["--global"], ["--format"]);
        var format = words.Value("--format") ?? "stdout";
        if (format is not ("stdout" or "json"))
        {
            throw CommandLineProblems.Missing("Invalid format specified, supported formats: json, stdout", "Write --format json, or leave it out.").AsException();
        }

        var app = words.Has("--global") ? null : apps.Find(words.At(0));
        var found = app is null ? await OfPluginsAsync(call) : tasks.Of(app, call.Output.Warn);
        if (format == "json")
        {
            call.Output.Line(PlainJson.Write(writer => Write(writer, app, found)));
            return 0;
        }

        Print(call.Output, found);
        return 0;
    }

    /// <summary>Tasks of the server: what plugins answer to <c>cron-entries</c>, a line <c>schedule;command[;log]</c> each.</summary>
    private async Task<IReadOnlyList<CronTask>> OfPluginsAsync(CommandCall call)
    {
        var said = new KeptOutput();
        await triggers.FireAsync("cron-entries", ["docker-local"], new CommandOutput(said, call.Caller), call.Cancel);
        List<CronTask> found = [];
        foreach (var line in said.Text.Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            var parts = line.Split(';');
            if (parts.Length is not (2 or 3))
            {
                call.Output.Warn($"Invalid injected cron task: {Printable.Of(line)}");
                continue;
            }

            found.Add(new CronTask(CronTask.Base36(System.Text.Encoding.UTF8.GetBytes(string.Join(";;;", parts))), parts[1], parts[0]) { ConcurrencyPolicy = "" });
        }

        return found;
    }

    private static void Print(CommandOutput output, IReadOnlyList<CronTask> found)
    {
        string[][] rows = [["ID", "Schedule", "Maintenance", "Command"], .. found.Select(task => (string[])
            [task.Id, Printable.Of(task.Schedule), MaintenanceOf(task), Printable.Of(task.Command, CronTaskReader.CommandLimit)])];
        int[] widths = [.. Enumerable.Range(0, 3).Select(column => rows.Max(row => row[column].Length))];
        foreach (var row in rows)
        {
            output.Line($"{row[0].PadRight(widths[0])}  {row[1].PadRight(widths[1])}  {row[2].PadRight(widths[2])}  {row[3]}");
        }
    }

    private static string MaintenanceOf(CronTask task) => task switch
    {
        { TaskInMaintenance: true } => "true (task)",
        { AppInMaintenance: true } => "true (app)",
        _ => "false",
    };

    private static void Write(Utf8JsonWriter writer, AppName? app, IReadOnlyList<CronTask> found)
    {
        writer.WriteStartArray();
        foreach (var task in found)
        {
            writer.WriteStartObject();
            writer.WriteString("id", task.Id);
            if (app is not null)
            {
                writer.WriteString("app", app.Text);
            }

            writer.WriteString("command", task.Command);
            if (app is null)
            {
                writer.WriteBoolean("global", true);
            }

            writer.WriteString("schedule", task.Schedule);
            writer.WriteString("concurrency_policy", task.ConcurrencyPolicy);
            writer.WriteBoolean("app-in-maintenance", task.AppInMaintenance);
            writer.WriteBoolean("task-in-maintenance", task.TaskInMaintenance);
            writer.WriteBoolean("maintenance", task.InMaintenance);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private Task<int> RunAsync(CommandCall call)
    {
        var words = call.Parse(["--detach"]);
        var app = apps.Find(words.At(0));
        var known = tasks.Of(app, call.Output.Warn);
        var id = words.At(1) is { Length: > 0 } word ? word : throw CronProblems.NoId(app).AsException();
        throw (known.Any(task => task.Id == id) ? CronProblems.CannotRun() : CronProblems.NoTask(app)).AsException();
    }

    private Task<int> SetAsync(CommandCall call)
    {
        var forAll = call.Words.Contains("--global");
        string[] words = [.. call.Words.Where(word => word != "--global")];
        var key = words.ElementAtOrDefault(forAll ? 0 : 1) ?? "";
        if (!forAll && key is MailTo or MailFrom)
        {
            throw CronProblems.NotPerApp(key).AsException();
        }

        if (key.StartsWith(CronTasks.OneTask, StringComparison.Ordinal))
        {
            Suspend(call, forAll ? throw CronProblems.NotForAll().AsException() : apps.Find(words[0]), key, words.ElementAtOrDefault(2) ?? "");
            return Task.FromResult(0);
        }

        _settings.Set(call, apps);
        return Task.FromResult(0);
    }

    private Task<int> SuspendAsync(CommandCall call, string value)
    {
        var words = call.Parse();
        Suspend(call, apps.Find(words.At(0)), CronTasks.OneTask + words.At(1), value);
        return Task.FromResult(0);
    }

    private void Suspend(CommandCall call, AppName app, string property, string value)
    {
        var id = property[CronTasks.OneTask.Length..];
        if (id.Length == 0 || tasks.Of(app, call.Output.Warn).All(task => task.Id != id))
        {
            throw CronProblems.NoTaskToSet(property).AsException();
        }

        call.Output.Headline(value.Length > 0 ? $"Setting {property} to {Printable.Of(value)}" : $"Unsetting {property}");
        tasks.Suspend(app, id, value);
    }

    private Task<int> ReportAsync(CommandCall call) => Report.PrintAsync(call, apps, app => ValuesOf(app, call.Output), ValuesOfAll);

    private Dictionary<string, string> ValuesOf(AppName app, CommandOutput output)
    {
        var values = ValuesOfAll();
        values["cron-computed-maintenance"] = tasks.InMaintenance(app) ? "true" : "false";
        values["cron-maintenance"] = _settings.Own(app, CronTasks.Maintenance) ?? "";
        values["cron-task-count"] = CountOf(app, output);
        foreach (var (id, value) in tasks.Suspended(app))
        {
            values[$"cron-maintenance-{id}"] = value;
        }

        return values;
    }

    private string CountOf(AppName app, CommandOutput output)
    {
        try
        {
            return tasks.Of(app, static _ => { }).Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (ProblemException e)
        {
            // One app's bad file must not end the report of all.
            output.Warn(e.Problem.Found);
            return "0";
        }
    }

    private Dictionary<string, string> ValuesOfAll()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        _settings.AddGlobalTo(values);
        values["cron-computed-mailfrom"] = _settings.ForAll(MailFrom) ?? "";
        values["cron-computed-mailto"] = _settings.ForAll(MailTo) ?? "";
        values["cron-computed-maintenance"] = _settings.ForAll(CronTasks.Maintenance) ?? "false";
        return values;
    }
}
