using System.Globalization;
using System.Text.RegularExpressions;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes;
using Berth.Platform.Properties;

namespace Berth.Platform.Logs;

/// <summary>The <c>logs</c> commands: what apps printed.</summary>
public sealed partial class LogsFeature(LogReader logs, LogsSettings settings, AppRuntime runtime, AppCatalog apps) : IFeature
{
    private static readonly Report Report = new("logs-", "logs information");

    public string Name => "logs";

    public string Description => "Manage log integration for an app";

    public IEnumerable<Command> Commands =>
    [
        new("logs", "[-t|--tail] [-n|--num num] [-q|--quiet] [-p|--ps process] <app>", "Display recent log output; -t goes on", ShowAsync) { Follows = true },
        new("logs:failed", "--all|<app>", "Show what the last processes that failed to start printed", FailedAsync),
        new("logs:report", "[<app>|--global] [--format json] [<flag>]", "Display a logs report for one or more apps", ReportAsync),
        new("logs:set", "[--global|<app>] <key> [<value>]", "Set or clear a logs property for an app", SetAsync) { Keys = settings.Table.Keys },
        new("logs:vector-logs", "[--num num] [--tail]", "Vector runs elsewhere: Berth runs no containers", NoVectorAsync),
        new("logs:vector-start", "", "Vector runs elsewhere: Berth runs no containers", NoVectorAsync),
        new("logs:vector-stop", "", "Vector runs elsewhere: Berth runs no containers", StopVectorAsync),
    ];

    private async Task<int> ShowAsync(CommandCall call)
    {
        var words = call.Parse(["-t", "--tail", "-q", "--quiet"], ["-n", "--num", "-p", "--ps"]);
        var app = apps.Find(words.At(0));
        var query = new LogQuery
        {
            Lines = Lines(words.Value("-n") ?? words.Value("--num")),
            Follow = words.Has("-t") || words.Has("--tail"),
        };
        query = WithProcess(query, words.Value("-p") ?? words.Value("--ps"));
        if (!runtime.IsDeployed(app))
        {
            throw ProcessStateProblems.NotDeployed(app).AsException();
        }

        await PrintAsync(call, app, query, words.Has("-q") || words.Has("--quiet"));
        return 0;
    }

    private async Task<int> FailedAsync(CommandCall call)
    {
        var words = call.Parse(["--all"]);
        if (words.Has("--all") && apps.List().Count == 0)
        {
            call.Output.Warn(AppListing.NoApps);
        }

        foreach (var app in words.Has("--all") ? apps.List() : [apps.Find(words.At(0))])
        {
            call.Output.Headline($"{app} failed deploy logs");
            await PrintAsync(call, app, new LogQuery { Failed = true }, bare: false);
        }

        return 0;
    }

    private Task<int> SetAsync(CommandCall call)
    {
        settings.Table.Set(call, apps);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call)
    {
        return settings.Table.ReportAsync(call, apps, Report, (values, _, request) =>
        {
            foreach (var key in values.Keys.Where(key => key.EndsWith("-sink", StringComparison.Ordinal)).ToArray())
            {
                values[key] = request.Json || request.Flag == $"--{key}" ? values[key] : LogsSettings.Redacted(values[key]);
            }
        });
    }

    private static Task<int> NoVectorAsync(CommandCall call) => throw LogProblems.NoVector().AsException();

    private static Task<int> StopVectorAsync(CommandCall call)
    {
        call.Output.Headline("Stopping and removing vector container");
        return Task.FromResult(0);
    }

    private async Task PrintAsync(CommandCall call, AppName app, LogQuery query, bool bare)
    {
        await foreach (var line in logs.ReadAsync(app, query, call.Cancel))
        {
            var text = Safe(line.Text, call.Caller.OutputIsTerminal);
            call.Output.Line(bare ? text : (line with { Text = text }).ToString());
            await call.Output.FlushAsync(call.Cancel);
        }
    }

    /// <summary>An app's output must not steer the terminal of who reads it: only tabs and colours pass.</summary>
    private static string Safe(string text, bool terminal) => terminal ? Unsafe().Replace(text, "?") : text;

    // Control characters, but not a tab, and not the escape that begins a colour (ECMA-48 SGR).
    [GeneratedRegex(@"(?!\x1b\[[0-9;]{0,32}m)[\x00-\x08\x0a-\x1f\x7f-\x9f]", RegexOptions.CultureInvariant)]
    private static partial Regex Unsafe();

    private static int Lines(string? text) =>
        text is null ? 100
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var lines) ? lines
        : throw CommandLineProblems.Missing($"'{Printable.Of(text)}' is not a number of lines", "Write -n 50, for example.").AsException();

    private static LogQuery WithProcess(LogQuery query, string? process)
    {
        if (process is null)
        {
            return query;
        }

        var parts = process.Split('.', 2);
        return query with
        {
            Type = ProcessType.Parse(parts[0]),
            Index = parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null,
        };
    }
}
