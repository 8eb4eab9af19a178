using System.Globalization;
using System.Text.RegularExpressions;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Processes;

/// <summary>The <c>logs</c> commands: what apps printed.</summary>
public sealed partial class LogsFeature(LogReader logs, AppCatalog apps) : IFeature
{
    public string Name => "logs";

    public string Description => "Show the output of apps";

    public IEnumerable<Command> Commands =>
    [
        new("logs", "<app> [-t] [-n <lines>] [-p <process>] [-q]", "Show the last lines an app printed; -t goes on", ShowAsync) { Follows = true },
        new("logs:failed", "<app>", "Show what the last instance that failed to start printed", FailedAsync),
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
        await PrintAsync(call, app, WithProcess(query, words.Value("-p") ?? words.Value("--ps")), words.Has("-q") || words.Has("--quiet"));
        return 0;
    }

    private async Task<int> FailedAsync(CommandCall call)
    {
        await PrintAsync(call, apps.Find(call.Parse().At(0)), new LogQuery { Failed = true }, bare: false);
        return 0;
    }

    private async Task PrintAsync(CommandCall call, AppName app, LogQuery query, bool bare)
    {
        await foreach (var line in logs.ReadAsync(app, query, call.Cancel))
        {
            var text = Safe(line.Text, call.Caller.OutputIsTerminal);
            call.Output.ProgramLine(bare ? text : (line with { Text = text }).ToString());
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
