using System.Collections.Concurrent;
using Berth.Kernel;

namespace Berth.Storage;

/// <summary>
/// Values read from files, kept until one of the files changes. The watch tells whether one may have; without it, or where it does, a look at each
/// file does. So a hand edit counts at the next question, and a thousand apps can be asked in a few milliseconds.
/// </summary>
/// <typeparam name="T">An immutable value.</typeparam>
/// <param name="watch">Follows the files; null when each is looked at every time.</param>
/// <param name="time">Now.</param>
/// <param name="most">How many are kept. Each takes up to a kilobyte with its value; loops over more than this many apps read their files.</param>
public sealed class Remembered<T>(FolderWatch? watch, TimeProvider time, int most = SinglePass.Many)
{
    // A kernel's clock for files ticks every few milliseconds: a file that has just changed may change again within the same tick.
    private const long Settled = 100_000_000;

    // What no watch sees, such as a disk mounted over a folder or a file that is given a second name, counts after this at the latest.
    private static readonly TimeSpan LongestUnlooked = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <param name="key">What the value is of.</param>
    /// <param name="files">Everything it is read from; asked for again whenever it is read again, for one file may decide on the next.</param>
    /// <param name="read">Reads it.</param>
    public T Get(string key, Func<string[]> files, Func<T> read)
    {
        if (_entries.TryGetValue(key, out var known) && IsAsItWas(known))
        {
            return known.Value;
        }

        if (SinglePass.At(key) is { } pass)
        {
            return pass.Get(this, read);
        }

        var paths = files();
        var stamps = Look(paths, out var followed);
        var value = read();
        Keep(key, new Entry(paths, stamps, value) { Followed = followed, Looked = time.GetTimestamp() });
        return value;
    }

    private FileStamp[] Look(string[] paths, out Followed? followed)
    {
        var stamps = new FileStamp[paths.Length];
        followed = watch?.Follow(paths, stamps);
        for (var i = 0; i < paths.Length && followed is null; i++)
        {
            stamps[i] = FileStamp.Of(paths[i]);
        }

        return stamps;
    }

    private bool IsAsItWas(Entry entry)
    {
        if (entry.Followed is { IsUnchanged: true } && time.GetElapsedTime(entry.Looked) < LongestUnlooked)
        {
            return true;
        }

        if (entry.Stamps.Length < entry.Paths.Length)
        {
            return false;
        }

        var looked = time.GetTimestamp();
        if (!Look(entry.Paths, out var followed).AsSpan().SequenceEqual(entry.Stamps))
        {
            return false;
        }

        (entry.Followed, entry.Looked) = (followed, looked);
        return true;
    }

    private void Keep(string key, Entry entry)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        if (entry.Stamps.Any(stamp => now - stamp.Changed < Settled))
        {
            if (entry.Followed is null)
            {
                _entries.TryRemove(key, out _);
                return;
            }

            // For as long as the kernel notes no change, and no longer: its stamps tell nothing.
            entry = entry with { Stamps = [] };
        }

        if (_entries.Count >= most)
        {
            _entries.Clear();
        }

        _entries[key] = entry;
    }

    private sealed record Entry(string[] Paths, FileStamp[] Stamps, T Value)
    {
        public Followed? Followed { get; set; }

        public long Looked { get; set; }
    }
}
