using System.Globalization;
using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Builds;

/// <summary>The <c>builds:*</c> commands: what was built and deployed, and how it went.</summary>
public sealed class BuildsFeature(BuildStore store, BuildJournal journal, AppCatalog apps, TimeProvider time) : IFeature
{
    private static readonly Report Report = new("builds-", "builds information") { KeepsPrefixToo = true };

    public string Name => "builds";

    public string Description => "Manage running and historical builds";

    public IEnumerable<Command> Commands =>
    [
        new("builds:cancel", "<app>", "Cancel a running build for an app", CancelAsync),
        new("builds:info", "<app> <build-id> [--format json|stdout]", "Show details for a single build", InfoAsync),
        new("builds:list", "[<app>] [--format json] [--kind build|deploy] [--status <status>]", "List builds", ListAsync),
        new("builds:output", "<app> [<build-id>|current]", "Show build output", new BuildOutput(store, apps, time).RunAsync) { Follows = true },
        new("builds:prune", "<app> [--all-apps]", "Prune build records to retention", PruneAsync),
        new("builds:report", "[<app>] [<flag>]", "Display a build report for one or more apps", ReportAsync),
        new("builds:set", "[--global|<app>] <key> [<value>]", "Set or clear a builds property", SetAsync) { Keys = store.Table.Keys },
    ];

    private Task<int> CancelAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        if (journal.Cancel(app))
        {
            call.Output.Step("Killing app deploy");
            return Task.FromResult(0);
        }

        var abandoned = store.List(app).Any(record => record.DisplayStatus == BuildStatus.Abandoned);
        call.Output.Step(abandoned ? "Build was already terminated, marking failed" : "App not currently deploying");
        if (abandoned)
        {
            store.Prune(app);
        }

        return Task.FromResult(0);
    }

    private Task<int> InfoAsync(CommandCall call)
    {
        var words = call.Parse([], ["--format"]);
        var json = IsJson(words);
        var app = apps.Find(words.At(0));
        var id = words.At(1) ?? throw BuildProblems.UnknownBuild(app, "Please specify a build id").AsException();
        var record = store.Find(app, id)
            ?? throw BuildProblems.UnknownBuild(app, $"No build record found for {app}/{Printable.Of(id, 60)}").AsException();
        var view = View(record);
        if (json)
        {
            call.Output.Line(JsonSerializer.Serialize(view, BuildViewJson.Default.BuildView));
            return Task.FromResult(0);
        }

        foreach (var line in Columns.Lay(Rows(view)))
        {
            call.Output.Line(line);
        }

        return Task.FromResult(0);
    }

    private static IEnumerable<string[]> Rows(BuildView view)
    {
        yield return ["Build ID:", view.Id];
        yield return ["App:", view.App];
        yield return ["Kind:", view.Kind];
        yield return ["Status:", view.DisplayStatus];
        yield return ["PID:", Number(view.Pid)];
        yield return ["Source:", view.Source];
        yield return ["Started:", BuildView.Time(view.StartedAt)];
        if (view.FinishedAt is { } finished)
        {
            yield return ["Finished:", BuildView.Time(finished)];
        }

        yield return ["Duration:", view.Duration];
        if (view.ExitCode is { } exit)
        {
            yield return ["Exit Code:", Number(exit)];
        }

        yield return ["Log:", view.LogPath];
    }

    private Task<int> ListAsync(CommandCall call)
    {
        var words = call.Parse([], ["--format", "--kind", "--status"]);
        var json = IsJson(words);
        var (kind, status) = (words.Value("--kind"), words.Value("--status"));
        CheckFilters(kind, status);
        bool IsMeant(BuildRecord record) => (kind ?? record.Kind) == record.Kind && (status ?? record.DisplayStatus) == record.DisplayStatus;
        var app = words.At(0) is { } name ? apps.Find(name) : null;
        var found = app is not null
            ? OfApp(app, all: kind is not null || status is not null).Where(IsMeant)
            : apps.List().SelectMany(store.List).Where(record => record.Status == BuildStatus.Running && IsMeant(record))
                .OrderByDescending(record => record.StartedAt);
        BuildView[] views = [.. found.Select(View)];
        if (json)
        {
            call.Output.Line(JsonSerializer.Serialize(views, BuildViewJson.Default.BuildViewArray));
        }
        else if (views.Length == 0)
        {
            call.Output.Line(app is null ? "No builds currently running" : "No builds recorded for this app");
        }
        else
        {
            Print(call.Output, views, app is null);
        }

        return Task.FromResult(0);
    }

    private static void CheckFilters(string? kind, string? status)
    {
        if (kind is not (null or BuildSource.BuildKind or BuildSource.DeployKind))
        {
            throw BuildProblems.BadFilter($"Invalid --kind value \"{Printable.Of(kind, 60)}\" (allowed: build, deploy)").AsException();
        }

        if (status is not null && !BuildStatus.All.Contains(status))
        {
            throw BuildProblems.BadFilter(
                $"Invalid --status value \"{Printable.Of(status, 60)}\" (allowed: {string.Join(", ", BuildStatus.All)})").AsException();
        }
    }

    private static void Print(CommandOutput output, BuildView[] views, bool ofAllApps)
    {
        string[] header = ofAllApps
            ? ["App", "Build ID", "Kind", "PID", "Source", "Started"]
            : ["Build ID", "Kind", "Status", "PID", "Source", "Started", "Duration"];
        var rows = views.Select(view => ofAllApps
            ? (string[])[view.App, view.Id, view.Kind, Number(view.Pid), view.Source, BuildView.Time(view.StartedAt)]
            : [view.Id, view.Kind, view.DisplayStatus, Number(view.Pid), view.Source, BuildView.Time(view.StartedAt), view.Duration]);
        foreach (var line in Columns.Lay(rows.Prepend(header)))
        {
            output.Line(line);
        }
    }

    /// <summary>What runs, then the newest that are kept.</summary>
    private IEnumerable<BuildRecord> OfApp(AppName app, bool all)
    {
        var records = store.List(app);
        var live = records.Where(record => record.IsLive).ToArray();
        return live.Concat(records.Except(live).Take(all ? int.MaxValue : store.RetentionOf(app)));
    }

    private Task<int> PruneAsync(CommandCall call)
    {
        var words = call.Parse(["--all-apps"]);
        if (!words.Has("--all-apps"))
        {
            store.Prune(apps.Find(words.At(0)));
            return Task.FromResult(0);
        }

        var all = apps.List();
        if (all.Count == 0)
        {
            call.Output.Warn(AppListing.NoApps);
        }

        foreach (var app in all)
        {
            store.Prune(app);
        }

        return Task.FromResult(0);
    }

    private Task<int> SetAsync(CommandCall call)
    {
        store.Table.Set(call, apps);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (request.IsGlobal)
        {
            store.Table.AddGlobalTo(values);
            Report.Print(call.Output, "Global", values, request);
            return Task.FromResult(0);
        }

        foreach (var app in apps.Reported(request, call))
        {
            var last = store.List(app) is [var newest, ..] ? newest : null;
            values["build-exit-code"] = last?.ExitCode is { } exit ? Number(exit) : "";
            values["build-finished-at"] = last?.FinishedAt is { } finished ? BuildView.Time(finished) : "";
            values["build-id"] = last?.Id ?? "";
            values["build-kind"] = last?.Kind ?? "";
            values["build-pid"] = last is null ? "" : Number(last.Pid);
            values["build-source"] = last?.Source ?? "";
            values["build-started-at"] = last is null ? "" : BuildView.Time(last.StartedAt);
            values["build-status"] = last?.DisplayStatus ?? "";
            store.Table.AddTo(values, app);
            values["builds-computed-retention"] = Number(store.RetentionOf(app));
            Report.Print(call.Output, app.Text, values, request);
        }

        return Task.FromResult(0);
    }

    private BuildView View(BuildRecord record) => BuildView.Of(record, time.GetUtcNow(), store.LogPathOf(AppName.Parse(record.App), record.Id));

    private static bool IsJson(Arguments words) => words.Value("--format") switch
    {
        null or "stdout" => false,
        "json" => true,
        _ => throw BuildProblems.BadFilter("Invalid format specified, supported formats: json, stdout").AsException(),
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
