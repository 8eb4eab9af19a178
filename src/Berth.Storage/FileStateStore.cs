using System.Collections.Concurrent;
using System.Text;
using Berth.Kernel;

namespace Berth.Storage;

/// <summary>State as files in Dokku's layout. Every write is whole (<see cref="AtomicFile"/>); locks are files under <c>run/locks</c>.</summary>
public sealed class FileStateStore(StateRoots roots, TimeProvider time, FolderWatch? watch = null) : IStateStore
{
    private const string LockEnding = ".lock";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly RootsGuard _guard = new(roots);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _scopes = new(StringComparer.Ordinal);

    public StateRoots Roots => roots;

    public FolderWatch? Watch => watch;

    public string? Read(StatePath path)
    {
        var file = FileOf(path);
        try
        {
            return PlainFile.Read(file, isAllowed: _guard.For(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageProblems.Unreadable(file, e).AsException(e);
        }
    }

    public void Write(StatePath path, string text, UnixFileMode mode = AtomicFile.Private)
    {
        var file = FileOf(path);
        using var folder = Hold(path);
        AtomicFile.Write(folder, Path.GetFileName(file), Encoding.UTF8.GetBytes(text), mode);
    }

    public void WriteUnsynced(StatePath path, string text)
    {
        var file = FileOf(path);
        using var folder = Hold(path);
        AtomicFile.WriteUnsynced(folder, Path.GetFileName(file), Encoding.UTF8.GetBytes(text));
    }

    public void WriteAll(IReadOnlyList<StateFile> files)
    {
        var folders = new Dictionary<string, HeldFolder>(StringComparer.Ordinal);
        try
        {
            var changes = new FileChange[files.Count];
            for (var i = 0; i < changes.Length; i++)
            {
                changes[i] = Change(files[i], folders);
            }

            AtomicFile.WriteAll(changes);
        }
        finally
        {
            foreach (var folder in folders.Values)
            {
                folder.Dispose();
            }
        }
    }

    private FileChange Change(StateFile file, Dictionary<string, HeldFolder> folders)
    {
        var path = FileOf(file.Path);
        var folder = Path.GetDirectoryName(path)!;
        return new FileChange(folders.TryGetValue(folder, out var held) ? held : folders[folder] = Hold(file.Path), Path.GetFileName(path))
        {
            Content = file.IsLink ? [] : Encoding.UTF8.GetBytes(file.Text),
            Target = file.IsLink ? file.Text : null,
            Mode = file.Mode,
            InPlace = file.InPlace,
        };
    }

    public void EnsureFolder(StatePath path, UnixFileMode mode)
    {
        var folder = FileOf(path);
        PrivateFolder.Hold(folder, mode, RootOf(path), _guard.For(folder)).Dispose();
    }

    public void Delete(StatePath path)
    {
        SinglePass.Forget();
        var file = FileOf(path);
        try
        {
            using var folder = HeldFolder.TryOpen(Path.GetDirectoryName(file)!);
            if (folder is not null && _guard.For(file)?.Invoke(folder.RealPath) != false)
            {
                FolderTree.Delete(folder, Path.GetFileName(file));
            }
            else if (folder is not null)
            {
                throw new IOException($"a link leads to {Printable.Of(folder.RealPath)}, which is none of Berth's folders");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageProblems.NotDeletable(file, e).AsException(e);
        }
    }

    public void Move(StatePath from, StatePath to)
    {
        Delete(to);
        var (source, target) = (FileOf(from), FileOf(to));
        using var here = Hold(from);
        using var there = Hold(to);
        try
        {
            Posix.Rename($"{here.Path}/{Path.GetFileName(source)}", $"{there.Path}/{Path.GetFileName(target)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(target, e).AsException(e);
        }
    }

    public bool Exists(StatePath path) => Path.Exists(FileOf(path));

    public IReadOnlyList<string> List(StatePath folder) => Names(folder, static (_, _, _) => true);

    // The system tells which entries are folders while it lists them: no look at each but at links.
    public IReadOnlyList<string> ListFolders(StatePath folder) => Names(folder, static (path, name, kind) =>
        kind == FolderEntries.Folder || (kind is FolderEntries.Link or FolderEntries.Unknown && Directory.Exists($"{path}/{name}")));

    private string[] Names(StatePath folder, Func<string, string, byte, bool> isWanted)
    {
        var (path, names) = (FileOf(folder), new List<string>());
        try
        {
            FolderEntries.TryRead(path, (entry, kind) =>
            {
                var name = Encoding.UTF8.GetString(entry[..^1]);
                if (!name.EndsWith(AtomicFile.TemporaryEnding, StringComparison.Ordinal) && isWanted(path, name, kind))
                {
                    names.Add(name);
                }
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageProblems.Unreadable(path, e).AsException(e);
        }

        var sorted = names.ToArray();
        Array.Sort(sorted, StringComparer.Ordinal);
        return sorted;
    }

    public string FileOf(StatePath path) => $"{RootOf(path)}/{path.Relative}";

    private string RootOf(StatePath path) => path.InLib ? roots.Lib : roots.Home;

    public async ValueTask<IDisposable> LockAsync(string scope, CancellationToken cancel)
    {
        var inside = _scopes.GetOrAdd(scope, static _ => new SemaphoreSlim(1, 1));
        using (var patience = new CancellationTokenSource(Patience, time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel))
        {
            try
            {
                await inside.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw KernelProblems.Busy(scope, Patience).AsException();
            }
        }

        try
        {
            var file = FileOf(Locks.Slash(scope + LockEnding));
            return new Held(await FileLock.AcquireAsync(file, scope, Patience, time, cancel), inside);
        }
        catch
        {
            inside.Release();
            throw;
        }
    }

    public int ForgetLocks(Predicate<string> isOver) => List(Locks)
        .Where(name => name.EndsWith(LockEnding, StringComparison.Ordinal) && isOver(name[..^LockEnding.Length]))
        .Count(name => TryForget(FileOf(Locks.Slash(name))));

    private static StatePath Locks { get; } = StatePath.Lib("run", "locks");

    private static bool TryForget(string file)
    {
        try
        {
            return FileLock.TryRemove(file);
        }
        catch (ProblemException)
        {
            // Another account's: it stays, and does no harm.
            return false;
        }
    }

    /// <summary>The folder a document is to lie in, made when missing.</summary>
    private HeldFolder Hold(StatePath path)
    {
        SinglePass.Forget();
        var file = FileOf(path);
        return PrivateFolder.Hold(Path.GetDirectoryName(file)!, PrivateFolder.GroupRead, RootOf(path), _guard.For(file));
    }

    private sealed class Held(FileLock outside, SemaphoreSlim inside) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                outside.Dispose();
                inside.Release();
            }
        }
    }
}
