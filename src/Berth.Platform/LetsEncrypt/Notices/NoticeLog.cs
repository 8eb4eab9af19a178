using System.Text;
using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Processes.Output;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>
/// What has happened to certificates, a line of JSON each, in <c>data/letsencrypt/--global/events.jsonl</c>. Kept: about 1 MiB, and as
/// much again of what is older. A line cut off by a crash is passed over.
/// </summary>
public sealed class NoticeLog(IStateStore store)
{
    private const long SizeLimit = 1 << 20;
    private const int LongestLine = 64 * 1024;
    private static readonly StatePath Place = StatePath.Lib("data", "letsencrypt", "--global", "events.jsonl");
    private static readonly StatePath Older = StatePath.Lib("data", "letsencrypt", "--global", "events.1.jsonl");
    private static readonly KeepRule Kept = new(SizeLimit, "events.1.jsonl", AtomicFile.Private, PrivateFolder.OwnerOnly);
    private readonly Lock _writing = new();

    /// <exception cref="ProblemException">It could not be written.</exception>
    public void Add(Notice notice)
    {
        var path = store.FileOf(Place);
        var line = JsonSerializer.SerializeToUtf8Bytes(notice, NoticeJson.Default.Notice);
        lock (_writing)
        {
            // After a crash in the middle of a line the next one begins on its own.
            KeptFile.Append(path, [.. EndsWhole(path) ? [] : "\n"u8.ToArray(), .. line, (byte)'\n'], Kept);
        }
    }

    /// <summary>Finds out whether what is kept can be read.</summary>
    /// <exception cref="ProblemException"><see cref="StorageProblems.StateUnreadable"/>.</exception>
    public void Look() => Array.ForEach([Older, Place], place => KeptFile.Read(store.FileOf(place))?.Dispose());

    /// <summary>The last ones, oldest first; of what cannot be read, none.</summary>
    /// <param name="app">Of this app alone; null for all.</param>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<Notice> Last(AppName? app, int count)
    {
        // Most lines are about others, and reading one costs far more than seeing that.
        var name = app is null ? "" : $"\"{app}\"";
        List<Notice> Of(StatePath place, int most) => [.. Read(store.FileOf(place), name).Where(notice => app is null || notice.App == app.Text).TakeLast(most)];
        var newer = Of(Place, count);
        return newer.Count == count ? newer : [.. Of(Older, count - newer.Count), .. newer];
    }

    /// <summary>The last one of each app.</summary>
    public IReadOnlyDictionary<string, Notice> LastOfEach()
    {
        var last = new Dictionary<string, Notice>(StringComparer.Ordinal);
        foreach (var notice in Read(store.FileOf(Older)).Concat(Read(store.FileOf(Place))))
        {
            last[notice.App] = notice;
        }

        return last;
    }

    private static bool EndsWhole(string path)
    {
        using var file = KeptFile.TryRead(path);
        var length = file is null ? 0 : RandomAccess.GetLength(file);
        var last = new byte[1];
        return file is null || length == 0 || (RandomAccess.Read(file, last, length - 1) == 1 && last[0] == '\n');
    }

    /// <param name="path">Of the file.</param>
    /// <param name="with">What a line must hold to be looked at.</param>
    private static IEnumerable<Notice> Read(string path, string with = "")
    {
        if (KeptFile.TryRead(path) is not { } file)
        {
            yield break;
        }

        using var stream = new FileStream(file, FileAccess.Read);

        // Whatever lies there: what was kept is no longer than this.
        stream.Seek(Math.Max(0, stream.Length - (2 * SizeLimit)), SeekOrigin.Begin);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length <= LongestLine && line.Contains(with, StringComparison.Ordinal) && Parse(line) is { } notice)
            {
                yield return notice;
            }
        }
    }

    private static Notice? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, NoticeJson.Default.Notice);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
