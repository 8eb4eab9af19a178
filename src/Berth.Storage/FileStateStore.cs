using System.Collections.Concurrent;
using Berth.Kernel;

namespace Berth.Storage;

/// <summary>State as files in Dokku's layout. Every write is whole (<see cref="AtomicFile"/>); locks are flocks under <c>run/locks</c>.</summary>
public sealed class FileStateStore(StateRoots roots, TimeProvider time) : IStateStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _scopes = new(StringComparer.Ordinal);

    public StateRoots Roots => roots;

    public string? Read(StatePath path)
    {
        try
        {
            return PlainFile.Read(FileOf(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageProblems.Unreadable(FileOf(path), e.Message).AsException(e);
        }
    }

    public void Write(StatePath path, string text, UnixFileMode mode = AtomicFile.Private)
    {
        var file = FileOf(path);
        PrivateFolder.Ensure(Path.GetDirectoryName(file)!, PrivateFolder.GroupRead);
        AtomicFile.Write(file, text, mode);
    }

    public void Delete(StatePath path)
    {
        var file = FileOf(path);
        try
        {
            if (Directory.Exists(file) && new DirectoryInfo(file).LinkTarget is null)
            {
                Directory.Delete(file, recursive: true);
            }
            else
            {
                File.Delete(file);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Gone already, which is what was asked for.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageProblems.NotDeletable(file, e.Message).AsException(e);
        }
    }

    public void Move(StatePath from, StatePath to)
    {
        Delete(to);
        var (source, target) = (FileOf(from), FileOf(to));
        PrivateFolder.Ensure(Path.GetDirectoryName(target)!, PrivateFolder.GroupRead);
        try
        {
            Directory.Move(source, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(target, e.Message).AsException(e);
        }
    }

    public bool Exists(StatePath path) => Path.Exists(FileOf(path));

    public IReadOnlyList<string> List(StatePath folder)
    {
        try
        {
            var names = Directory.EnumerateFileSystemEntries(FileOf(folder))
                .Select(entry => Path.GetFileName(entry))
                .Where(name => !name.EndsWith(AtomicFile.TemporaryEnding, StringComparison.Ordinal))
                .ToArray();
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageProblems.Unreadable(FileOf(folder), e.Message).AsException(e);
        }
    }

    public string FileOf(StatePath path) => $"{(path.InLib ? roots.Lib : roots.Home)}/{path.Relative}";

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
            var file = FileOf(StatePath.Lib("run", "locks", $"{scope}.lock"));
            return new Held(await FileLock.AcquireAsync(file, scope, Patience, time, cancel), inside);
        }
        catch
        {
            inside.Release();
            throw;
        }
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
