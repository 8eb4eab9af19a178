using System.Collections.Concurrent;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>Failures that no file tells of, for none can be written: a full disk must not look as if nothing had been asked for.</summary>
public sealed class UnkeptFailures
{
    private readonly ConcurrentDictionary<AppName, (ulong Folder, LineageFailure Failure)> _known = new();

    /// <param name="app">Whose.</param>
    /// <param name="folderOf">The inode of the app's folder: another app may be called so by now.</param>
    public LineageFailure? Of(AppName app, Func<AppName, ulong> folderOf) =>
        _known.TryGetValue(app, out var known) && known.Folder == folderOf(app) ? known.Failure : null;

    public void Note(AppName app, ulong folder, LineageFailure failure) => _known[app] = (folder, failure);

    /// <summary>Files tell of it again, or of what came after it.</summary>
    public void Forget(AppName app) => _known.TryRemove(app, out _);
}
