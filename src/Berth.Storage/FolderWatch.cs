using System.Text;
using Berth.Kernel;

namespace Berth.Storage;

/// <summary>
/// Tells whether a file may have changed since it was read, without looking at it: the kernel notes each change in a watched folder before the
/// call that made it returns, and the notes are taken before each answer. What cannot be watched (a link on the way, another machine's disk, too
/// many folders) is not followed, and whoever asks looks at the file itself.
/// </summary>
public sealed class FolderWatch : IDisposable
{
    // Each costs the kernel about a kilobyte, and keeps a folder in its memory.
    private const int Most = 10_000;

    private const int Longest = 256; // characters of a name: no file system takes more bytes

    // Whose notes this thread has taken for as long as its loop lasts.
    [ThreadStatic]
    private static FolderWatch? _settled;

    private readonly Lock _telling = new();
    private readonly Inotify _inotify;
    private readonly Inotify.Told _note;
    private readonly WatchedPlace _root = new();
    private readonly Dictionary<int, WatchedPlace> _watched = [];

    private FolderWatch(Inotify inotify) => (_inotify, _note) = (inotify, Note);

    /// <returns>Null where the kernel gives none: then every file is looked at.</returns>
    public static FolderWatch? TryStart() => Inotify.TryOpen() is { } inotify ? new FolderWatch(inotify) : null;

    /// <summary>Follows what lies at these paths, or would. To be asked for before the files are read.</summary>
    /// <param name="paths">Which.</param>
    /// <param name="stamps">Takes each one's state as it was once it was followed.</param>
    /// <returns>What to ask later, or null where one of them cannot be followed.</returns>
    internal Followed? Follow(ReadOnlySpan<string> paths, Span<FileStamp> stamps)
    {
        lock (_telling)
        {
            _inotify.Drain(_note);
            var nodes = new WatchedPlace[paths.Length];
            for (var i = 0; i < nodes.Length; i++)
            {
                if (TryNode(paths[i], out stamps[i]) is not { } node)
                {
                    return null;
                }

                nodes[i] = node;
            }

            return new Followed(this, nodes, Versions(nodes));
        }
    }

    /// <summary>
    /// Until it is disposed, what this thread asks is answered as of now: what reads many values takes the kernel's notes once, not for each.
    /// For what waits for nothing and writes nothing; inside another, that one's moment counts.
    /// </summary>
    public IDisposable AsOfNow()
    {
        if (_settled != this)
        {
            lock (_telling)
            {
                _inotify.Drain(_note);
            }
        }

        var moment = new Moment(_settled);
        _settled = this;
        return moment;
    }

    /// <param name="nodes">The places.</param>
    /// <param name="versions">What <see cref="Versions"/> said of them.</param>
    internal bool AreUnchanged(WatchedPlace[] nodes, long versions)
    {
        lock (_telling)
        {
            if (_settled != this)
            {
                _inotify.Drain(_note);
            }

            return Versions(nodes) == versions;
        }
    }

    // Each only grows, so an unchanged sum means that none has.
    private static long Versions(WatchedPlace[] nodes)
    {
        var sum = 0L;
        foreach (var node in nodes)
        {
            sum += node.Version;
        }

        return sum;
    }

    public void Dispose() => _inotify.Dispose();

    private WatchedPlace? TryNode(string path, out FileStamp stamp)
    {
        try
        {
            return NodeOf(path, out stamp);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not even to be looked at: whoever reads the file is told why.
            stamp = default;
            return null;
        }
    }

    /// <summary>The path's node, every folder on the way to it watched, and itself if it is one.</summary>
    private WatchedPlace? NodeOf(string path, out FileStamp stamp)
    {
        stamp = default;
        var (node, end) = (_root, 0);
        if (!IsWatched(node, "/", 1, out var seen))
        {
            return null;
        }

        while (end < path.Length)
        {
            var start = end + 1;
            end = path.IndexOf('/', start) is >= 0 and var slash ? slash : path.Length;
            var known = node.Find(path.AsSpan(start..end));
            var child = known ?? new WatchedPlace();
            if (!IsWatched(child, path, end, out seen))
            {
                return null;
            }

            // Only what can be followed is kept: of very many folders most cannot.
            if (known is null)
            {
                node.Add(path[start..end], child);
            }

            node = child;
        }

        stamp = seen ?? FileStamp.Of(path);
        return node;
    }

    /// <param name="node">A place.</param>
    /// <param name="path">Where it is, or what is below it.</param>
    /// <param name="end">Where the place's own path ends.</param>
    /// <param name="seen">Its state, where that was seen and any change since will be told; null where it must be looked at.</param>
    private bool IsWatched(WatchedPlace node, string path, int end, out FileStamp? seen)
    {
        seen = null;
        if (node.Watch >= 0)
        {
            return true;
        }

        var place = end == path.Length ? path : path[..end];
        if (Posix.StatusOf(place, follow: false) is not { } status)
        {
            // What is not there is seen to come by the folder above it.
            seen = default(FileStamp);
            return true;
        }

        if (status.IsPlain)
        {
            // So is a file's change, unless it has a second name to be written by.
            seen = status.Stamp;
            return status.Names == 1;
        }

        // The same folder by another path (a bind mount) has the same number, and only one of the two can be told of it.
        if (!status.IsFolder || _watched.Count >= Most || _inotify.Add(place) is not (>= 0 and var watch) || !_watched.TryAdd(watch, node))
        {
            return false;
        }

        node.Watch = watch;
        return true;
    }

    private void Note(int watch, uint mask, ReadOnlySpan<byte> name)
    {
        if ((mask & Inotify.Overflow) != 0)
        {
            Forget(_root);
        }
        else if (_watched.TryGetValue(watch, out var folder))
        {
            folder.Version++;
            if ((mask & Inotify.Ignored) != 0)
            {
                Forget(folder);
            }
            else if (ChildOf(folder, name) is { } child)
            {
                Forget(child);
            }
        }
    }

    // Most names are those of temporary files, which nobody asks for.
    private static WatchedPlace? ChildOf(WatchedPlace folder, ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[Longest];
        return Encoding.UTF8.TryGetChars(name, text, out var length) ? folder.Find(text[..length]) : null;
    }

    // Whatever is at the place now, it and what lies below are found anew.
    private void Forget(WatchedPlace node)
    {
        node.Version++;
        if (node.Watch >= 0)
        {
            _watched.Remove(node.Watch);
            _inotify.Remove(node.Watch);
            node.Watch = -1;
        }

        foreach (var child in node.TakeChildren())
        {
            Forget(child);
        }
    }

    private sealed class Moment(FolderWatch? before) : IDisposable
    {
        public void Dispose() => _settled = before;
    }
}
