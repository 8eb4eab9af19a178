using Berth.Storage;

namespace Berth.Platform.Tests.Apps;

/// <summary>A store that gives up at a given change, as a process does that is killed there.</summary>
internal sealed class Mutineer(IStateStore real, int changes) : IStateStore
{
    private int _left = changes;

    /// <summary>Whether the change to give up at was not reached.</summary>
    public bool WasLoyal => _left >= 0;

    public string? Read(StatePath path) => real.Read(path);

    public void Write(StatePath path, string text, UnixFileMode mode)
    {
        Change();
        real.Write(path, text, mode);
    }

    public void WriteAll(IReadOnlyList<StateFile> files)
    {
        foreach (var file in files)
        {
            Change();
            real.WriteAll([file]);
        }
    }

    public void EnsureFolder(StatePath path, UnixFileMode mode)
    {
        Change();
        real.EnsureFolder(path, mode);
    }

    public void Delete(StatePath path)
    {
        Change();
        real.Delete(path);
    }

    public void Move(StatePath from, StatePath to)
    {
        Change();
        real.Move(from, to);
    }

    public bool Exists(StatePath path) => real.Exists(path);

    public IReadOnlyList<string> List(StatePath folder) => real.List(folder);

    public string FileOf(StatePath path) => real.FileOf(path);

    public ValueTask<IDisposable> LockAsync(string scope, CancellationToken cancel) => real.LockAsync(scope, cancel);

    private void Change()
    {
        if (--_left < 0)
        {
            throw new Killed();
        }
    }

    public sealed class Killed : Exception;
}
