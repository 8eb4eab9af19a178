using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Apps;

/// <summary>Which apps a report is about.</summary>
public static class AppListing
{
    public const string NoApps = "You haven't deployed any applications yet";

    /// <summary>The app asked for, or all; says so on standard error when there are none.</summary>
    public static IReadOnlyList<AppName> Reported(this AppCatalog apps, ReportRequest request, CommandCall call)
    {
        if (request.Subject is { } word)
        {
            return [apps.Find(word)];
        }

        var all = apps.List();
        if (all.Count == 0)
        {
            call.Output.Warn(NoApps);
        }

        return all;
    }
}
