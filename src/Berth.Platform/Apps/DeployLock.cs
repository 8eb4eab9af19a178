using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Apps;

/// <summary>The lock a person puts on an app so that nothing is deployed to it: a file in <c>data/apps/&lt;app&gt;</c>.</summary>
public sealed class DeployLock(IStateStore store)
{
    private const string File = ".deploy.lock";

    public bool IsHeld(AppName app) => store.Exists(Lock(app)) || store.Exists(Older(app));

    public void Take(AppName app) => store.Write(Lock(app), "");

    public void Release(AppName app)
    {
        store.Delete(Lock(app));
        store.Delete(Older(app));
    }

    /// <exception cref="ProblemException">The app is locked: nothing may be deployed to it.</exception>
    public void RefuseDeploy(AppName app)
    {
        if (IsHeld(app))
        {
            throw AppProblems.Locked(app).AsException();
        }
    }

    private static StatePath Lock(AppName app) => StatePath.Lib("data", "apps", app.Text, File);

    // Where servers before data folders kept it.
    private static StatePath Older(AppName app) => AppCatalog.FolderOf(app).Slash(File);
}
