using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Processes;

/// <summary>The last words of a deploy: where the app answers, or that it does not.</summary>
internal static class DeployedNews
{
    /// <param name="app">The app, its new release in service.</param>
    /// <param name="targets">Its web processes.</param>
    /// <param name="urls">Those of its domains.</param>
    /// <param name="output">Where it is told.</param>
    public static void Tell(AppName app, AppTargets targets, IReadOnlyList<string> urls, CommandOutput output)
    {
        if (targets.Targets.IsEmpty)
        {
            output.Headline("Application deployed");
            output.Warn(
                $"No web process of {app} runs, so visitors get 502. If it is to have some: a line such as 'web: ./server' in its Procfile, and `berth ps:scale {app} web=1`");
            return;
        }

        output.Headline("Application deployed:");
        foreach (var url in urls)
        {
            output.Detail(url);
        }

        if (urls.Count == 0)
        {
            output.Detail($"It has no domain yet, so nobody can reach it. Add one with domains:add {app} www.example.com");
        }
    }
}
