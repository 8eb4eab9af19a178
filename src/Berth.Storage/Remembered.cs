using System.Collections.Concurrent;
using Berth.Kernel;

namespace Berth.Storage;

/// <summary>
/// Values read from files, kept until one of the files changes: a question costs a look at each file, not reading it. So a hand edit
/// counts at the next question, and a thousand apps can be asked in a few milliseconds.
/// </summary>
/// <typeparam name="T">An immutable value.</typeparam>
public sealed class Remembered<T>(TimeProvider time)
{
    private const int Most = 20_000;

    // A kernel's clock for files ticks every few milliseconds: a file that has just changed may change again within the same tick.
    private const long Settled = 100_000_000;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <param name="key">What the value is of.</param>
    /// <param name="files">Everything it is read from; asked for again whenever it is read again, for one file may decide on the next.</param>
    /// <param name="read">Reads it.</param>
    public T Get(string key, Func<string[]> files, Func<T> read)
    {
        if (_entries.TryGetValue(key, out var known) && known.IsAsItWas())
        {
            return known.Value;
        }

        byte[][] paths = [.. files().Select(FileStamp.PathOf)];
        FileStamp[] stamps = [.. paths.Select(path => FileStamp.Of(path))];
        var value = read();
        Keep(key, new Entry(paths, stamps, value));
        return value;
    }

    private void Keep(string key, Entry entry)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        if (entry.Stamps.Any(stamp => now - stamp.Changed < Settled))
        {
            _entries.TryRemove(key, out _);
            return;
        }

        if (_entries.Count >= Most)
        {
            _entries.Clear();
        }

        _entries[key] = entry;
    }

    private sealed record Entry(byte[][] Paths, FileStamp[] Stamps, T Value)
    {
        public bool IsAsItWas()
        {
            for (var i = 0; i < Paths.Length; i++)
            {
                if (FileStamp.Of(Paths[i]) != Stamps[i])
                {
                    return false;
                }
            }

            return true;
        }
    }
}
