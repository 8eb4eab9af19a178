using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Platform.Repositories;

/// <summary>The <c>cleanup</c> command: removes releases nothing runs from any more, as each deploy does for its own app.</summary>
public sealed class CleanupFeature(ReleaseStore releases, IStateStore store, AppCatalog apps) : IFeature
{
    public string Name => "cleanup";

    public string Description => "Removes what old deploys left";

    public IEnumerable<Command> Commands => [new("cleanup", "[--global|<app>]", "Removes releases that nothing runs from any more", CleanAsync)];

    private async Task<int> CleanAsync(CommandCall call)
    {
        var words = call.Parse(["--global"]);
        foreach (var app in words.At(0) is { Length: > 0 } word ? [apps.Find(word)] : apps.List())
        {
            // The lock of a deploy: a release that is being unpacked has nothing that points to it either.
            using var held = await store.LockAsync($"{app}.ps", call.Cancel);
            releases.Prune(app);
        }

        return 0;
    }
}
