using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Git;
using Berth.Storage;

namespace Berth.Platform.Repositories;

/// <summary>The <c>repo:*</c> commands.</summary>
public sealed class RepoFeature(IStateStore store, AppCatalog apps) : IFeature
{
    public string Name => "repo";

    public string Description => "Manage the app's repo";

    public IEnumerable<Command> Commands =>
    [
        new("repo:gc", "<app>", "Runs 'git gc --aggressive' against the application's repo", CollectAsync),
        new("repo:purge-cache", "<app>", "Deletes the contents of the build cache stored in the repository", PurgeAsync),
    ];

    private async Task<int> CollectAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        using var held = await store.LockAsync($"{app}.repo", call.Cancel);
        var environment = new Dictionary<string, string> { ["GIT_DIR"] = store.FileOf(AppCatalog.FolderOf(app)) };
        var (status, _, reason) = await GitProgram.RunAsync(
            "git", ["gc", "--aggressive"], store.FileOf(StatePath.Home()), environment, call.Output, call.Cancel);
        return status == 0 ? 0 : throw GitProblems.Failed("git gc", reason.Trim()).AsException();
    }

    /// <summary>The embedded scheduler builds nothing and so has no build cache: what is asked for is the case already.</summary>
    private Task<int> PurgeAsync(CommandCall call)
    {
        apps.Find(call.Parse().At(0));
        return Task.FromResult(0);
    }
}
