using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Berth.Authority.Storage;
using Berth.Kernel;

namespace Berth.Authority.Audit;

/// <summary>
/// The log of a data folder: a line of JSON for each event, each with the hash of the line before, so that none can be changed, taken out or moved
/// unseen. Events come from the store, where they wait until they are on disk here; a crash between the two writes nothing twice.
/// </summary>
internal sealed class AuditLog(string folder, TimeProvider time)
{
    private const int AtOnce = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeftBehind = TimeSpan.FromMinutes(1);

    internal string Path => System.IO.Path.Combine(folder, "audit.log");

    /// <summary>Writes what waits in the store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="node">Whose events.</param>
    /// <param name="cancel">Ends the wait.</param>
    internal async Task WriteAsync(IAuthorityStore store, string node, CancellationToken cancel)
    {
        // Where nobody else works, every event is for this log.
        Task<ImmutableArray<AuditEvent>> WaitingAsync() => store.ListAuditEventsAsync(
            node, store.IsAlone ? DateTimeOffset.MaxValue : time.GetUtcNow() - LeftBehind, AtOnce, cancel);

        while (!(await WaitingAsync()).IsEmpty)
        {
            // Looked at again, and taken away, while nobody else writes here: what the log holds beyond the store's head is then
            // what a crash has kept from being taken away.
            using (await FileLock.AcquireAsync(System.IO.Path.Combine(folder, "audit.lock"), "the audit log", Patience, time, cancel))
            {
                var known = Lines().FirstOrDefault() is { } first ? await store.FindAuditHeadAsync(Field(first, "log") ?? "", cancel) : null;
                var events = await WaitingAsync();
                await store.FinishAuditAsync(events, Append(events, known?.Number ?? -1), cancel);
            }
        }
    }

    /// <summary>Reads the log's lines, oldest first; one that a crash cut short is left out.</summary>
    internal IEnumerable<string> Lines()
    {
        if (!File.Exists(Path))
        {
            yield break;
        }

        using var reader = new StreamReader(new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.UTF8);
        var isWhole = EndsWhole();
        var line = reader.ReadLine();
        while (line is not null)
        {
            var next = reader.ReadLine();
            if (next is not null || isWhole)
            {
                yield return line;
            }

            line = next;
        }
    }

    internal bool EndsWhole()
    {
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (file.Length == 0)
        {
            return true;
        }

        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }

    private void GiveToOwner()
    {
        if (CurrentUser.IsRoot)
        {
            FileOwner.Of(folder)?.Take(Path);
        }
    }

    private AuditHead Append(ImmutableArray<AuditEvent> events, long finished)
    {
        using var file = new FileStream(Path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read,
            UnixCreateMode = AtomicFile.Private,
        });
        var (head, known) = ReadEnd(file, finished);
        var (text, isNew) = (new StringBuilder(), head is null);
        if (head is null)
        {
            // It belongs to whom the folder belongs, also where root's daemon writes; its first line names it.
            GiveToOwner();
            var id = Identity.Next(time);
            head = Chain(text, new AuditHead(id, -1, new string('0', 64)), AuditText.Of(id, time.GetUtcNow(), "berth", "log-begun", [("log", id)]));
        }

        foreach (var each in events.Where(each => !known.Contains(each.Id)))
        {
            head = Chain(text, head, each.Text);
        }

        file.Write(Encoding.UTF8.GetBytes(text.ToString()));
        file.Flush(flushToDisk: true);
        if (isNew)
        {
            using var held = HeldFolder.Open(folder);
            held.Sync();
        }

        return head;
    }

    private static AuditHead Chain(StringBuilder text, AuditHead head, string each)
    {
        var (line, hash) = AuditText.Chained(each, head.Number + 1, head.Hash);
        text.Append(line).Append('\n');
        return head with { Number = head.Number + 1, Hash = hash };
    }

    /// <summary>Cuts off a line that a crash tore, and reads the last one and the ids of those that the store does not know to be here.</summary>
    private (AuditHead? Head, HashSet<string> Known) ReadEnd(FileStream file, long finished)
    {
        file.SetLength(BackwardLines.WholeLength(file));
        var (last, known) = ((string?)null, new HashSet<string>(StringComparer.Ordinal));
        foreach (var line in BackwardLines.Of(file, file.Length))
        {
            last ??= line;
            if (Number(line) <= finished)
            {
                break;
            }

            known.Add(Field(line, "id") ?? "");
        }

        file.Seek(0, SeekOrigin.End);
        if (last is null)
        {
            return (null, []);
        }

        var log = Field(Lines().First(), "log") ?? throw AuthorityProblems.BrokenAudit(Path, 1, "it does not name the log").AsException();
        return AuditText.CheckedHash(last) is { } hash && Number(last) is { } number
            ? (new AuditHead(log, number, hash), known)
            : throw AuthorityProblems.BrokenAudit(Path, Lines().LongCount(), "it was changed").AsException();
    }

    internal static string? Field(string line, string name)
    {
        try
        {
            using var parsed = JsonDocument.Parse(line);
            return parsed.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    internal static long? Number(string line)
    {
        try
        {
            using var parsed = JsonDocument.Parse(line);
            return parsed.RootElement.TryGetProperty("number", out var value) && value.TryGetInt64(out var number) ? number : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
