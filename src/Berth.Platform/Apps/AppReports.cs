using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Apps;

/// <summary>The body of a <c>:report</c>: one app, every app, or what is set for all.</summary>
public static class AppReports
{
    /// <param name="report">Prefix and title.</param>
    /// <param name="call">Its words are <c>[app|--global] [--format json] [--flag]</c>.</param>
    /// <param name="apps">The apps there are.</param>
    /// <param name="ofApp">An app's values.</param>
    /// <param name="ofAll">What is set for all apps; null when nothing can be.</param>
    public static Task<int> PrintAsync(
        this Report report,
        CommandCall call,
        AppCatalog apps,
        Func<AppName, IReadOnlyDictionary<string, string>> ofApp,
        Func<IReadOnlyDictionary<string, string>>? ofAll = null)
    {
        var request = ReportRequest.Parse(call);
        if (request.IsGlobal)
        {
            report.Print(call.Output, "Global", ofAll?.Invoke() ?? new Dictionary<string, string>(), request);
            return Task.FromResult(0);
        }

        foreach (var app in apps.Reported(request, call))
        {
            report.Print(call.Output, app.Text, ofApp(app), request);
        }

        return Task.FromResult(0);
    }
}
