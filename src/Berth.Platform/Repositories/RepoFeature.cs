using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Git;
using Berth.Storage;

namespace Berth.Platform.Repositories;

/// <summary>The <c>repo:*</c> commands.</summary>
public sealed class RepoFeature(IStateStore store, AppCatalog apps) : IFeature
{
    private static readonly string[] Written = ["objects", "info", "refs"];

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
        var folder = store.FileOf(AppCatalog.FolderOf(app));
        var (status, _, reason) = await GitProgram.RunAsync(
            "git", ["gc", "--aggressive"], new Dictionary<string, string> { ["GIT_DIR"] = folder }, call.Output, call.Cancel);
        if (status != 0)
        {
            throw GitProblems.Failed("git gc", reason.Trim()).AsException();
        }

        KeepOwner(folder);
        if (store.Read(StatePath.Home(app.Text, "packed-refs")) is { } refs)
        {
            store.Write(StatePath.Home(app.Text, "packed-refs"), refs, AtomicFile.PublicRead);
        }

        return 0;
    }

    /// <summary>The embedded scheduler builds nothing and so has no build cache: what is asked for is the case already.</summary>
    private Task<int> PurgeAsync(CommandCall call)
    {
        apps.Find(call.Parse().At(0));
        return Task.FromResult(0);
    }

    /// <summary>What git wrote as root belongs to whom the folder belongs to, who receives the next push.</summary>
    private static void KeepOwner(string folder)
    {
        if (!CurrentUser.IsRoot || FileOwner.Of(folder) is not { } owner)
        {
            return;
        }

        try
        {
            foreach (var part in Written.Select(name => $"{folder}/{name}").Where(Directory.Exists))
            {
                owner.TakeTree(part);
            }
        }
        catch (IOException e)
        {
            throw KernelProblems.NotWritable(folder, e.Message).AsException(e);
        }
    }
}
