using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;

namespace Berth.Platform.Processes.Checks;

/// <summary>The <c>checks:*</c> commands: how new processes are looked at before they get requests.</summary>
public sealed class ChecksFeature(CheckSettings settings, AppRuntime runtime, AppCatalog apps) : IFeature
{
    private const string TypesUsage = "<app> [process-type(s)]";

    private static readonly Report Report = new("checks-", "checks information");

    public string Name => "checks";

    public string Description => "Manage zero-downtime settings";

    public IEnumerable<Command> Commands =>
    [
        new("checks:disable", TypesUsage, "Disable zero-downtime deployment for all processes (or comma-separated process-type list) ***WARNING: this will cause downtime during deployments***", DisableAsync),
        new("checks:enable", TypesUsage, "Enable zero-downtime deployment for all processes (or comma-separated process-type list)", EnableAsync),
        new("checks:report", "[<app>] [<flag>]", "Display a checks report for one or more apps", ReportAsync),
        new("checks:run", TypesUsage, "Run zero-downtime checks for all processes (or comma-separated process-type list)", new ChecksRun(settings, runtime, apps).RunAsync),
        new("checks:set", "[--global|<app>] <key> <value>", "Set or clear a checks property for an app", SetAsync) { Keys = settings.Table.Keys },
        new("checks:skip", TypesUsage, "Skip zero-downtime checks for all processes (or comma-separated process-type list)", SkipAsync),
    ];

    private Task<int> DisableAsync(CommandCall call) => ChangeAsync(call, "Disabling", "for app", (disabled, skipped, types) =>
        (disabled.With(types), skipped.Without(types)));

    private Task<int> SkipAsync(CommandCall call) => ChangeAsync(call, "Skipping", "for app", (disabled, skipped, types) =>
        (disabled.Without(types), skipped.With(types)));

    private Task<int> EnableAsync(CommandCall call) => ChangeAsync(call, "Enabling", "for app's", (disabled, skipped, types) =>
        (disabled.Without(types), skipped.Without(types)));

    /// <param name="call">Its words are an app and perhaps types.</param>
    /// <param name="doing">The first word of what is printed.</param>
    /// <param name="whole">How the line speaks of the whole app.</param>
    /// <param name="change">From both lists and the types asked for to both lists.</param>
    private async Task<int> ChangeAsync(
        CommandCall call, string doing, string whole, Func<TypeList, TypeList, TypeList, (TypeList Disabled, TypeList Skipped)> change)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        var types = Types(words.At(1));
        var (disabled, skipped) = change(
            settings.ListOf(app, CheckSettings.Disabled), settings.ListOf(app, CheckSettings.Skipped), types);
        call.Output.Step(types.All
            ? $"{doing} zero downtime {whole} ({app})"
            : $"{doing} zero downtime for app's ({app}) proctypes ({types.Text})");
        await settings.SaveAsync(app, disabled, skipped, call.Cancel);
        return 0;
    }

    private static TypeList Types(string? text)
    {
        var types = text is null or "" ? TypeList.Every : TypeList.Parse(text);
        foreach (var name in types.All ? [] : types.Text.Split(','))
        {
            ProcessType.Parse(name);
        }

        return types;
    }

    private Task<int> SetAsync(CommandCall call)
    {
        settings.Table.Set(call, apps);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => settings.Table.ReportAsync(call, apps, Report, (values, app, _) =>
    {
        values["checks-disabled-list"] = Shown(app, CheckSettings.Disabled);
        values["checks-skipped-list"] = Shown(app, CheckSettings.Skipped);
    });

    private string Shown(AppName app, string list) => settings.ListOf(app, list).Text is { Length: > 0 } text ? text : "none";
}
