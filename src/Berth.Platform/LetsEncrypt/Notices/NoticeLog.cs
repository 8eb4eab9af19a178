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

    /// <summary>The last ones, oldest first.</summary>
    /// <param name="app">Of this app alone; null for all.</param>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<Notice> Last(AppName? app, int count) =>
    [
        .. Read(store.FileOf(Older)).Concat(Read(store.FileOf(Place)))
            .Where(notice => app is null || notice.App == app.Text)
            .TakeLast(count),
    ];

    private static bool EndsWhole(string path)
    {
        using var file = KeptFile.TryRead(path);
        var length = file is null ? 0 : RandomAccess.GetLength(file);
        var last = new byte[1];
        return file is null || length == 0 || (RandomAccess.Read(file, last, length - 1) == 1 && last[0] == '\n');
    }

    private static IEnumerable<Notice> Read(string path)
    {
        if (KeptFile.TryRead(path) is not { } file)
        {
            yield break;
        }

        using var reader = new StreamReader(new FileStream(file, FileAccess.Read), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length <= LongestLine && Parse(line) is { } notice)
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
