using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Routing;

namespace Berth.Platform.Urls;

/// <summary>The commands <c>urls</c> and <c>url</c>: where an app is reached.</summary>
/// <param name="name">Which of the two.</param>
/// <param name="urls">Knows the addresses.</param>
/// <param name="apps">The apps.</param>
public sealed class UrlFeature(string name, AppUrls urls, AppCatalog apps) : IFeature
{
    /// <summary>The command that shows all addresses.</summary>
    public const string All = "urls";

    /// <summary>The command that shows the best one.</summary>
    public const string Best = "url";

    public string Name => name;

    public string Description => name == All ? "Show all URLs for an application" : "Show the first URL for an application (compatibility)";

    public IEnumerable<Command> Commands => [new(name, "<app>", Description, ShowAsync)];

    private Task<int> ShowAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        foreach (var url in name == All ? urls.AllOf(app) : [.. new[] { urls.BestOf(app) }.OfType<string>()])
        {
            call.Output.Line(url);
        }

        return Task.FromResult(0);
    }
}
