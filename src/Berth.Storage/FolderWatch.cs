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

    // Whose notes this thread has taken for as long as its loop lasts.
    [ThreadStatic]
    private static FolderWatch? _settled;

    private readonly Lock _telling = new();
    private readonly Inotify _inotify;
    private readonly Inotify.Told _note;
    private readonly Node _root = new();
    private readonly Dictionary<int, Node> _watched = [];

    private FolderWatch(Inotify inotify) => (_inotify, _note) = (inotify, Note);

    /// <returns>Null where the kernel gives none: then every file is looked at.</returns>
    public static FolderWatch? TryStart() => Inotify.TryOpen() is { } inotify ? new FolderWatch(inotify) : null;

    /// <summary>Follows what lies at these paths, or would. To be asked for before the files are read.</summary>
    /// <returns>What to ask later, or null where one of them cannot be followed.</returns>
    internal Followed? Follow(IReadOnlyCollection<string> paths)
    {
        lock (_telling)
        {
            _inotify.Drain(_note);
            Node[] nodes = [.. paths.Select(TryNode).OfType<Node>()];
            return nodes.Length == paths.Count ? new Followed(this, nodes, Versions(nodes)) : null;
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
    internal bool AreUnchanged(Node[] nodes, long versions)
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
    private static long Versions(Node[] nodes)
    {
        var sum = 0L;
        foreach (var node in nodes)
        {
            sum += node.Version;
        }

        return sum;
    }

    public void Dispose() => _inotify.Dispose();

    private Node? TryNode(string path)
    {
        try
        {
            return NodeOf(path);
        }
        catch (IOException)
        {
            // Not even to be looked at: whoever reads the file is told why.
            return null;
        }
    }

    /// <summary>The path's node, every folder on the way to it watched, and itself if it is one.</summary>
    private Node? NodeOf(string path)
    {
        var (node, end) = (_root, 0);
        if (!IsWatched(node, "/"))
        {
            return null;
        }

        while (end < path.Length)
        {
            var start = end + 1;
            end = path.IndexOf('/', start) is >= 0 and var slash ? slash : path.Length;
            var child = node.Find(path[start..end]) ?? new Node();
            if (child.Watch < 0 && !IsWatched(child, path[..end]))
            {
                return null;
            }

            // Only what can be followed is kept: of very many folders most cannot.
            node.Add(path[start..end], child);
            node = child;
        }

        return node;
    }

    private bool IsWatched(Node node, string path)
    {
        if (node.Watch >= 0 || Posix.StatusOf(path, follow: false) is not { } status)
        {
            // What is not there is seen to come by the folder above it.
            return true;
        }

        if (status.IsPlain)
        {
            // So is a file's change, unless it has a second name to be written by.
            return status.Names == 1;
        }

        // The same folder by another path (a bind mount) has the same number, and only one of the two can be told of it.
        if (!status.IsFolder || _watched.Count >= Most || _inotify.Add(path) is not (>= 0 and var watch) || !_watched.TryAdd(watch, node))
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
            else if (folder.Find(Encoding.UTF8.GetString(name)) is { } child)
            {
                Forget(child);
            }
        }
    }

    // Whatever is at the place now, it and what lies below are found anew.
    private void Forget(Node node)
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

    /// <summary>A place below the root, and how often something happened to it.</summary>
    internal sealed class Node
    {
        private Dictionary<string, Node>? _children;

        public long Version { get; set; }

        public int Watch { get; set; } = -1;

        public Node? Find(string child) => _children?.GetValueOrDefault(child);

        public void Add(string child, Node node) => (_children ??= new Dictionary<string, Node>(StringComparer.Ordinal)).TryAdd(child, node);

        public IEnumerable<Node> TakeChildren()
        {
            var children = _children?.Values ?? Enumerable.Empty<Node>();
            _children = null;
            return children;
        }
    }
}
