using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Berth.Authority.Audit;
using static Berth.Authority.Storage.SqlRows;

namespace Berth.Authority.Storage;

/// <summary>Events are stored in the transaction of what they are about, and wait there for the audit log: neither can be without the other.</summary>
internal sealed partial class SqlStore
{
    private long _events;

    public Task NoteAsync(string action, ImmutableArray<(string Name, string Value)> facts, CancellationToken cancel) =>
        _database.ApplyAsync([Noting(action, [.. facts])], cancel);

    public Task<ImmutableArray<AuditEvent>> ListAuditEventsAsync(string node, DateTimeOffset leftBefore, int limit, CancellationToken cancel) =>
        _database.AskAsync(
            new("SELECT id, event FROM audit_event WHERE node = $1 OR at < $2 ORDER BY id LIMIT $3", node, Time(leftBefore), limit),
            row => new AuditEvent(row.GetString(0), row.GetString(1)),
            cancel);

    public Task FinishAuditAsync(ImmutableArray<AuditEvent> written, AuditHead head, CancellationToken cancel) => _database.ApplyAsync(
        [
            .. written.Select(each => new SqlStatement("DELETE FROM audit_event WHERE id = $1", each.Id)),
            new(
                """
                INSERT INTO audit_head VALUES ($1, $2, $3)
                ON CONFLICT (log) DO UPDATE SET number = excluded.number, hash = excluded.hash WHERE audit_head.number < excluded.number
                """,
                head.Log, head.Number, head.Hash),
        ],
        cancel);

    public Task<AuditHead?> FindAuditHeadAsync(string log, CancellationToken cancel) => FindAsync(
        new("SELECT log, number, hash FROM audit_head WHERE log = $1", log),
        row => new AuditHead(row.GetString(0), row.GetInt64(1), row.GetString(2)),
        cancel);

    private void Note(SqlSession db, string action, params (string Name, string Value)[] facts) => db.ExecuteAll(Noting(action, facts));

    private SqlStatement Noting(string action, params (string Name, string Value)[] facts)
    {
        var now = _time.GetUtcNow();
        // Sorts by time, and by order within a millisecond.
        var id = string.Create(
            CultureInfo.InvariantCulture,
            $"{now.ToUnixTimeMilliseconds():x12}{Interlocked.Increment(ref _events):x8}{RandomNumberGenerator.GetHexString(12, lowercase: true)}");
        return new("INSERT INTO audit_event VALUES ($1, $2, $3, $4)", id, _node, Time(now), AuditText.Of(id, now, _actor, action, facts));
    }

    private static (string, string) Fact(string name, IEnumerable<string> values) => (name, string.Join(' ', values));

    private static (string, string) Fact(string name, int value) => (name, value.ToString(CultureInfo.InvariantCulture));
}
