using System.Collections.Concurrent;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>Failures that no file tells of, for none can be written: a full disk must not look as if nothing had been asked for.</summary>
public sealed class UnkeptFailures
{
    private readonly ConcurrentDictionary<AppName, LineageFailure> _known = new();

    public LineageFailure? Of(AppName app) => _known.GetValueOrDefault(app);

    public void Note(AppName app, LineageFailure failure) => _known[app] = failure;

    /// <summary>Files tell of it again, or of what came after it.</summary>
    public void Forget(AppName app) => _known.TryRemove(app, out _);
}
