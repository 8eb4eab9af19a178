using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes;

namespace Berth.Platform.Repositories;

/// <summary>The <c>cleanup</c> command: removes releases nothing runs from any more, as each deploy does for its own app.</summary>
public sealed class CleanupFeature(ReleaseStore releases, AppOperations operations, AppCatalog apps) : IFeature
{
    public string Name => "cleanup";

    public string Description => "Removes what old deploys left";

    public IEnumerable<Command> Commands => [new("cleanup", "[--global|<app>]", "Removes releases that nothing runs from any more", CleanAsync)];

    private async Task<int> CleanAsync(CommandCall call)
    {
        var words = call.Parse(["--global"]);
        foreach (var app in words.At(0) is { Length: > 0 } word ? [apps.Find(word)] : apps.List())
        {
            // As a deploy does: a release that is being unpacked has nothing that points to it either.
            await using var operation = await operations.BeginAsync(app, "cleanup", call.Output, call.Cancel);
            releases.Prune(app);
        }

        return 0;
    }
}
