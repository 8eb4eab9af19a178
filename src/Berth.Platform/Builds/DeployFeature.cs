using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes;

namespace Berth.Platform.Builds;

/// <summary>Deploying a folder as it is: what the client packed arrives as a tar archive on standard input.</summary>
public sealed class DeployFeature(
    AppRuntime runtime, ReleaseStore releases, BuildJournal builds, AppCatalog apps, DeployLock deployLock) : IFeature
{
    public string Name => "deploy";

    public string Description => "Deploy an app from a folder";

    public IEnumerable<Command> Commands =>
    [
        new("deploy", "<app> <folder>", "Deploy the app from a folder with a Procfile", DeployAsync) { NeedsDaemon = true },
    ];

    private async Task<int> DeployAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        if (words.Positional.Count > 1)
        {
            throw BuildProblems.MoreThanAFolder(app, words.Positional[^1]).AsException();
        }

        deployLock.RefuseDeploy(app);
        call.Output.Step($"Deploying {app}...");
        await builds.RunAsync(
            app, BuildSource.Folder, call.Output, (output, cancel) => DeployAsync(app, call.OpenInput, output, cancel), call.Cancel);
        return 0;
    }

    private async Task DeployAsync(AppName app, Func<Stream> openInput, CommandOutput output, CancellationToken cancel)
    {
        var release = await releases.UnpackAsync(app, openInput(), cancel);
        try
        {
            await runtime.DeployAsync(app, release, output, cancel);
        }
        catch (Exception e) when (e is ProblemException or OperationCanceledException && releases.Current(app) != release)
        {
            releases.Discard(app, release);
            throw;
        }
    }
}
