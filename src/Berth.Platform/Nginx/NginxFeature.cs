using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.Domains;
using Berth.Platform.Proxy;
using Berth.Platform.Routing;

namespace Berth.Platform.Nginx;

/// <summary>The <c>nginx:*</c> commands. There is no nginx: its settings are the edge's, and a change holds at once.</summary>
public sealed class NginxFeature(
    NginxSettings settings,
    NginxConfigView view,
    ProxySettings proxy,
    DomainStore domains,
    CertificateFiles certificates,
    AppCatalog apps,
    RouteChanges routes,
    TimeProvider time) : IFeature
{
    private const int Lines = 100;

    private static readonly Report Report = new("nginx-", "nginx information");

    public string Name => "nginx";

    public string Description => "Manage the nginx proxy";

    public IEnumerable<Command> Commands =>
    [
        new("nginx:access-logs", "<app> [-t]", "Show the nginx access logs for an application (-t follows)", call => LogsAsync(call, NginxTable.AccessLogPath)) { Follows = true },
        new("nginx:error-logs", "<app> [-t]", "Show the nginx error logs for an application (-t follows)", call => LogsAsync(call, NginxTable.ErrorLogPath)) { Follows = true },
        new("nginx:reload", "", "Reloads the nginx server config", ReloadAsync),
        new("nginx:report", "[<app>] [<flag>|--format json]", "Displays a nginx report for one or more apps", ReportAsync),
        new("nginx:set", "<app> <property> (<value>)", "Set or clear an nginx property for an app", SetAsync),
        new("nginx:show-config", "<app>", "Display app nginx config", ShowAsync),
        new("nginx:start", "", "Starts the nginx server", call => SayAsync(call, "There is no nginx to start: the edge runs as long as berth serve does")),
        new("nginx:stop", "", "Stops the nginx server", call => SayAsync(call, "There is no nginx to stop: the edge runs as long as berth serve does")),
        new("nginx:validate-config", "[<app>] [--clean]", "Validates and optionally cleans up invalid nginx configurations", ValidateAsync),
    ];

    private async Task<int> SetAsync(CommandCall call)
    {
        if (settings.Set(call, apps) is not { } app)
        {
            routes.PublishAll();
            return 0;
        }

        foreach (var key in (string[])[NginxTable.AccessLogPath, NginxTable.ErrorLogPath])
        {
            if (call.Words.Contains(key) && settings.IsLogElsewhere(app, key))
            {
                call.Output.Warn($"{key} is kept, but the edge writes logs below {settings.LogFolder} only; none is written now");
            }
        }

        await routes.PublishAsync(app, call.Output, call.Cancel);
        return 0;
    }

    private Task<int> ReportAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call);
        if (request.IsGlobal)
        {
            Report.Print(call.Output, "Global", settings.Report(null), request);
            return Task.FromResult(0);
        }

        foreach (var app in apps.Reported(request, call))
        {
            Report.Print(call.Output, app.Text, settings.Report(app), request);
        }

        return Task.FromResult(0);
    }

    private Task<int> ShowAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        call.Output.Raw(proxy.IsEnabled(app) ? view.Of(app) : throw NginxProblems.NoConfig(app).AsException());
        return Task.FromResult(0);
    }

    private async Task<int> LogsAsync(CommandCall call, string key)
    {
        var words = call.Parse(["-t", "--tail"]);
        var app = apps.Find(words.At(0));
        var path = settings.LogOf(app, key) ?? throw NginxProblems.NoLog(app, key).AsException();
        await foreach (var line in new LogFollower(time).ReadAsync(path, Lines, words.Has("-t") || words.Has("--tail"), call.Cancel))
        {
            // The edge escapes what visitors send; a file of another program's making must not steer the terminal either.
            call.Output.Line(call.Caller.OutputIsTerminal ? Printable.Of(line, int.MaxValue) : line);
            await call.Output.FlushAsync(call.Cancel);
        }

        return 0;
    }

    private Task<int> ReloadAsync(CommandCall call)
    {
        routes.PublishAll();
        return SayAsync(call, "The edge follows every change at once; all apps' settings were read again");
    }

    private static Task<int> SayAsync(CommandCall call, string text)
    {
        call.Output.Step(text);
        return Task.FromResult(0);
    }

    private Task<int> ValidateAsync(CommandCall call)
    {
        var words = call.Parse(["--clean"]);
        var faults = 0;
        foreach (var app in words.At(0) is { } word ? [apps.Find(word)] : apps.List())
        {
            if (!proxy.IsEnabled(app))
            {
                call.Output.Warn($"No nginx config found for {app}");
                continue;
            }

            foreach (var fault in FaultsOf(app))
            {
                call.Output.Warn(fault);
                faults++;
            }
        }

        return faults == 0 ? Task.FromResult(0) : throw NginxProblems.Faults(faults).AsException();
    }

    private IEnumerable<string> FaultsOf(AppName app)
    {
        foreach (var fault in settings.Faults(app).Concat(domains.Read(app).Faults))
        {
            yield return fault.Found;
        }

        if (certificates.DamageOf(app) is { } damage)
        {
            yield return $"{app}: {damage.Found}";
        }
    }
}
