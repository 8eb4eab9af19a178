using Berth.Kernel;
using Berth.Platform.Builds;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.Plugins;
using Berth.Platform.Processes;
using Berth.Platform.Routing;
using Berth.Storage;

namespace Berth.Platform.Apps;

/// <summary>The bodies of <c>apps:rename</c> and <c>apps:clone</c>: what is running is stopped or deployed around what moves on disk.</summary>
public sealed class AppTransfer(
    AppCatalog apps,
    AppRenaming renaming,
    AppCloning cloning,
    ReleaseStore releases,
    IAppStopper stopper,
    IAppDeployer? deployer,
    ICertificateManager certificates,
    IAppChanges changes,
    ITriggers triggers,
    IStateStore store)
{
    public async Task<int> RenameAsync(CommandCall call)
    {
        var words = call.Parse(["--skip-deploy"]);
        var (from, to) = Names(words);
        apps.RefuseTaken(to);
        call.Output.QuietStep($"Renaming {from} to {to}");
        RunMarks before;
        using (await certificates.HoldAsync(from, call.Output, call.Cancel))
        using (await LockBothAsync(from, to, call.Cancel))
        {
            apps.RefuseTaken(to);
            apps.Forget(to);
            before = RunMarks.Of(store, from);
            Prepare(from, to, before, words.Has("--skip-deploy"));
            await StopForRenameAsync(from, to, before, call);
            using var still = await store.LockAsync($"{from}.ps", CancellationToken.None);
            renaming.Finish(from, to);
        }

        changes.RoutesChanged(from);
        changes.RoutesChanged(to);
        await FireAsync(call, ["post-create", to.Text], ["post-app-rename-setup", from.Text, to.Text], ["post-delete", from.Text, ""]);
        if (!words.Has("--skip-deploy"))
        {
            await DeployAsync(to, before.Stopped is null ? releases.Current(to) : null, call, call.Cancel);
        }

        await FireAsync(call, ["post-app-rename", from.Text, to.Text]);
        await changes.DomainsChangedAsync(to, call.Output, call.Cancel);
        return 0;
    }

    public async Task<int> CloneAsync(CommandCall call)
    {
        var words = call.Parse(["--skip-deploy", "--ignore-existing"]);
        var (from, to) = Names(words);
        if (words.Has("--ignore-existing") && apps.Exists(to))
        {
            call.Output.Warn("Name is already taken");
            return 0;
        }

        apps.RefuseTaken(to);
        call.Output.QuietStep($"Cloning {from} to {to}");
        call.Output.QuietStep($"Creating {to}...");
        using (await LockBothAsync(from, to, call.Cancel))
        {
            var names = cloning.Run(from, to, call.Cancel);
            call.Output.QuietStep(names.Count > 0 ? "Creating new app virtual host file..." : "Global server virtual host not set, disabling app vhost...");
        }

        changes.RoutesChanged(to);
        await FireAsync(call, ["post-create", to.Text], ["post-app-clone-setup", from.Text, to.Text]);
        if (!words.Has("--skip-deploy") && deployer is not null && cloning.CloneRelease(from, to, call.Cancel) is { } release)
        {
            await DeployNewAsync(to, release, call);
        }

        await FireAsync(call, ["post-app-clone", from.Text, to.Text]);
        return 0;
    }

    /// <summary>Writes all that a full disk could refuse while the app still runs.</summary>
    private void Prepare(AppName from, AppName to, RunMarks before, bool staysStopped)
    {
        try
        {
            renaming.Begin(from, to, staysStopped ? null : before);
            RunMarks.OfStopped.Restore(store, from);
        }
        catch (ProblemException)
        {
            Abandon(from, to, before);
            throw;
        }
    }

    /// <summary>Stops the app; when that cannot be, or is given up, nothing is renamed and the app runs as it did.</summary>
    private async Task StopForRenameAsync(AppName from, AppName to, RunMarks before, CommandCall call)
    {
        try
        {
            await stopper.StopForGoodAsync(from, call.Cancel);
        }
        catch (Exception e) when (e is ProblemException or OperationCanceledException)
        {
            Abandon(from, to, before);
            await GoOnAsync(from, before, call);
            throw;
        }
    }

    private void Abandon(AppName from, AppName to, RunMarks before)
    {
        before.Restore(store, from);
        renaming.Abandon(from, to);
    }

    /// <summary>Starts an app again whose renaming came to nothing; why it did is what its owner is told.</summary>
    private async Task GoOnAsync(AppName app, RunMarks before, CommandCall call)
    {
        try
        {
            await DeployAsync(app, before.Stopped is null ? releases.Current(app) : null, call, CancellationToken.None);
        }
        catch (ProblemException e)
        {
            call.Output.Warn($"{app} could not be started again: {e.Problem.Found}");
        }
    }

    private (AppName From, AppName To) Names(Arguments words)
    {
        var first = words.At(0) is { Length: > 0 } ? words.At(0) : throw AppProblems.NotNamed().AsException();
        var second = words.At(1) is { Length: > 0 } name ? name : throw AppProblems.NoNewName().AsException();
        return (apps.Find(first), AppName.Parse(second));
    }

    private async Task DeployNewAsync(AppName app, string release, CommandCall call)
    {
        try
        {
            await DeployAsync(app, release, call, call.Cancel);
        }
        catch (Exception e) when (e is ProblemException or OperationCanceledException && releases.Current(app) != release)
        {
            releases.Discard(app, release);
            throw;
        }
    }

    // Without a daemon nothing runs: the next one starts what is to run under its new name.
    private async Task DeployAsync(AppName app, string? release, CommandCall call, CancellationToken cancel)
    {
        if (release is not null && deployer is not null)
        {
            await deployer.DeployAsync(app, release, call.Output, cancel);
        }
    }

    // In one order everywhere, so that two transfers in opposite directions cannot wait for each other.
    private async Task<IDisposable> LockBothAsync(AppName one, AppName other, CancellationToken cancel)
    {
        var (first, second) = string.CompareOrdinal(one.Text, other.Text) < 0 ? (one, other) : (other, one);
        var outer = await store.LockAsync(first.Text, cancel);
        try
        {
            return new Both(outer, await store.LockAsync(second.Text, cancel));
        }
        catch
        {
            outer.Dispose();
            throw;
        }
    }

    private async Task FireAsync(CommandCall call, params string[][] fired)
    {
        foreach (var words in fired)
        {
            await triggers.FireAsync(words[0], words[1..], call.Output, call.Cancel);
        }
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            second.Dispose();
            first.Dispose();
        }
    }
}
