using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Properties;

/// <summary>The body of a <c>:report</c> that is mostly settings.</summary>
public static class SettingReport
{
    /// <param name="table">The settings.</param>
    /// <param name="call">Its words are <c>[app|--global] [--format json] [--flag]</c>.</param>
    /// <param name="apps">The apps there are.</param>
    /// <param name="report">Prefix and title.</param>
    /// <param name="more">Adds an app's other values; null for none. It gets what was asked for, too.</param>
    public static Task<int> ReportAsync(
        this SettingTable table,
        CommandCall call,
        AppCatalog apps,
        Report report,
        Action<Dictionary<string, string>, AppName, ReportRequest>? more = null)
    {
        var request = ReportRequest.Parse(call);
        if (request.IsGlobal)
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            table.AddGlobalTo(values);
            table.AddComputedTo(values);
            report.Print(call.Output, "Global", values, request);
            return Task.FromResult(0);
        }

        foreach (var app in apps.Reported(request, call))
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            table.AddTo(values, app);
            more?.Invoke(values, app, request);
            report.Print(call.Output, app.Text, values, request);
        }

        return Task.FromResult(0);
    }
}
