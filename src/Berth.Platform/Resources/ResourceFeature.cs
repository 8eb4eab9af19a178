using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes;

namespace Berth.Platform.Resources;

/// <summary>The <c>resource:*</c> commands. The embedded scheduler bounds no process: what is set is kept for one that does.</summary>
public sealed class ResourceFeature(ResourceStore resources, AppCatalog apps) : IFeature
{
    private static readonly Report Report = new("resource-", "resource information") { KeepsPrefixToo = true, LeavesPrefixOut = true };

    private static readonly string[] Flags = [.. ResourceStore.Resources.Select(resource => $"--{resource}"), "--process-type"];

    public string Name => "resource";

    public string Description => "Manage resource settings for an app";

    public IEnumerable<Command> Commands =>
    [
        new("resource:limit", "[--process-type <process-type>] [RESOURCE_OPTS...] <app>", "Limit resources for a given app/process-type combination", call => SetAsync(call, ResourceStore.Limit)),
        new("resource:limit-clear", "[--process-type <process-type>] <app>", "Remove limits of a given app/process-type combination", call => ClearAsync(call, ResourceStore.Limit)),
        new("resource:report", "[<app>] [--format json] [<flag>]", "Displays a resource report for one or more apps", ReportAsync),
        new("resource:reserve", "[--process-type <process-type>] [RESOURCE_OPTS...] <app>", "Reserve resources for a given app/process-type combination", call => SetAsync(call, ResourceStore.Reserve)),
        new("resource:reserve-clear", "[--process-type <process-type>] <app>", "Remove reservations of a given app/process-type combination", call => ClearAsync(call, ResourceStore.Reserve)),
    ];

    private Task<int> SetAsync(CommandCall call, string kind)
    {
        var words = call.Parse(valued: Flags);
        var app = apps.Find(words.At(0));
        var process = ProcessOf(words) ?? ResourceStore.EveryProcess;
        (string Resource, string Amount)[] wanted =
            [.. ResourceStore.Resources.Select(resource => (resource, words.Value($"--{resource}") ?? "")).Where(pair => pair.Item2.Length > 0)];
        foreach (var (resource, amount) in wanted)
        {
            Check(resource, amount);
        }

        if (wanted.Length == 0)
        {
            Show(call.Output, app, process, kind);
            return Task.FromResult(0);
        }

        call.Output.Headline($"Setting resource {NounOf(kind)} for {app}{(process == ResourceStore.EveryProcess ? "" : $" ({process})")}");
        foreach (var (resource, amount) in wanted)
        {
            call.Output.Detail(amount == "clear" ? $"{resource}: cleared" : $"{resource}: {amount}");
            resources.Set(app, process, kind, resource, amount == "clear" ? "" : amount);
        }

        return Task.FromResult(0);
    }

    private Task<int> ClearAsync(CommandCall call, string kind)
    {
        var words = call.Parse(valued: ["--process-type"]);
        var app = apps.Find(words.At(0));
        var process = ProcessOf(words);
        call.Output.Headline($"clearing {app} {NounOf(kind)}{(process is null or ResourceStore.EveryProcess ? "" : $" ({process})")}");
        resources.Clear(app, process, kind);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) =>
        Report.PrintAsync(call, apps, app => resources.All(app).ToDictionary(pair => $"resource-{pair.Key}", pair => pair.Value));

    private void Show(CommandOutput output, AppName app, string process, string kind)
    {
        output.Headline($"resource {NounOf(kind)} {app} information {(process == ResourceStore.EveryProcess ? "[defaults]" : $"({process})")}");
        foreach (var resource in ResourceStore.Resources)
        {
            output.Detail($"{resource}: {resources.Get(app, process, kind, resource)}");
        }
    }

    private static string? ProcessOf(Arguments words) => words.Value("--process-type") switch
    {
        null or "" => null,
        ResourceStore.EveryProcess => ResourceStore.EveryProcess,
        var type => ProcessType.Parse(type).Text,
    };

    private static string NounOf(string kind) => kind == ResourceStore.Reserve ? "reservation" : "limits";

    /// <summary>What units an amount may have is the scheduler's to say: only that it is one word and small is asked here.</summary>
    private static void Check(string resource, string amount)
    {
        if (amount.Length > 40 || !amount.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            throw ResourceProblems.BadAmount(resource, amount).AsException();
        }
    }
}
