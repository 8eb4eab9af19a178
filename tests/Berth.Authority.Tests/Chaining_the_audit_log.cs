using Berth.Authority.Audit;
using Berth.Authority.Storage;
using Berth.Kernel;
using Berth.TestKit;
using CsCheck;

namespace Berth.Authority.Tests;

public sealed class Chaining_the_audit_log : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ScratchFolder _scratch = new();
    private readonly SqlStore _store;
    private readonly AuditLog _log;

    public Chaining_the_audit_log()
    {
        _store = new SqlStore(SqliteDatabase.Open(_scratch["authority.db"]), TimeProvider.System, "operator:test", "node");
        _log = new AuditLog(_scratch.Path, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task tells_who_did_what_in_the_order_it_was_done()
    {
        await _store.AddAccountAsync(Keeping_records.Account("a", "key"), null, None);
        await _store.NoteAsync("backup-made", [("file", "/x\n\"y\"")], None);
        await _log.WriteAsync(_store, "node", None);

        var lines = _log.Lines().ToList();
        Assert.Equal(["log-begun", "account-created", "backup-made"], lines.Select(line => AuditLog.Field(line, "action")));
        Assert.Equal("operator:test", AuditLog.Field(lines[1], "actor"));
        Assert.Equal("/x\n\"y\"", AuditLog.Field(lines[2], "file"));
        Assert.Equal(3, await AuditCheck.VerifyAsync(_log, _store, None));
        Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(_log.Path));
    }

    [Theory]
    [InlineData("change")]
    [InlineData("remove")]
    [InlineData("swap")]
    [InlineData("cut")]
    [InlineData("insert")]
    [InlineData("rewrite")]
    public async Task notices(string how)
    {
        await WriteAsync(6);
        var lines = File.ReadAllLines(_log.Path).ToList();
        switch (how)
        {
            case "change": lines[3] = lines[3].Replace("event-2", "event-9", StringComparison.Ordinal); break;
            case "remove": lines.RemoveAt(3); break;
            case "swap": (lines[2], lines[4]) = (lines[4], lines[2]); break;
            case "cut": lines.RemoveRange(5, 2); break;
            case "insert": lines.Insert(3, lines[2]); break;
            default:
                // By someone who knows how the chain is made.
                for (var i = 3; i < lines.Count; i++)
                {
                    lines[i] = AuditText.Chained(AuditText.Of($"x{i}", DateTimeOffset.UnixEpoch, "nobody", "nothing", []), i, AuditText.CheckedHash(lines[i - 1])!).Line;
                }

                break;
        }

        AtomicFile.Write(_log.Path, string.Concat(lines.Select(line => line + "\n")));

        var broken = await Assert.ThrowsAsync<ProblemException>(() => AuditCheck.VerifyAsync(_log, _store, None));
        Assert.Equal(AuthorityProblems.AuditBroken, broken.Problem.Code);
    }

    [Fact]
    public async Task writes_a_line_again_that_a_crash_has_torn()
    {
        await WriteAsync(2);
        await _store.NoteAsync("event-late", [], None);
        var whole = await File.ReadAllTextAsync(_log.Path);
        AtomicFile.Write(_log.Path, whole + "{\"number\":3,\"prev");
        Assert.Equal(3, await AuditCheck.VerifyAsync(_log, _store, None));

        await _log.WriteAsync(_store, "node", None);

        Assert.Equal(4, await AuditCheck.VerifyAsync(_log, _store, None));
        Assert.StartsWith(whole, await File.ReadAllTextAsync(_log.Path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task writes_no_event_twice_when_it_was_killed_before_the_store_knew()
    {
        await _store.NoteAsync("event-0", [], None);
        var events = await _store.ListAuditEventsAsync("node", DateTimeOffset.MaxValue, 10, None);
        await _log.WriteAsync(_store, "node", None);
        // As if the crash had come before the events were taken away.
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_scratch["authority.db"]};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM audit_head; INSERT INTO audit_event VALUES ($id, 'node', 0, $event)";
            command.Parameters.AddWithValue("$id", events[0].Id);
            command.Parameters.AddWithValue("$event", events[0].Text);
            await command.ExecuteNonQueryAsync();
        }

        await _log.WriteAsync(_store, "node", None);

        Assert.Equal(2, await AuditCheck.VerifyAsync(_log, _store, None));
        Assert.Empty(await _store.ListAuditEventsAsync("node", DateTimeOffset.MaxValue, 10, None));
    }

    [Fact]
    public async Task writes_no_event_twice_however_long_its_lines_are()
    {
        // A certificate of a hundred long names is 25 KB; two hundred events are written at once.
        for (var i = 0; i < 40; i++)
        {
            await _store.NoteAsync($"event-{i}", [("names", new string('n', i == 7 ? 900_000 : 25_000))], None);
        }

        var events = await _store.ListAuditEventsAsync("node", DateTimeOffset.MaxValue, 100, None);
        await _log.WriteAsync(_store, "node", None);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_scratch["authority.db"]};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE audit_head SET number = 0, hash = $hash; INSERT INTO audit_event VALUES ($id, 'node', 0, $event)";
            command.Parameters.AddWithValue("$hash", AuditText.CheckedHash(_log.Lines().First())!);
            command.Parameters.AddWithValue("$id", "");
            command.Parameters.AddWithValue("$event", "");
            foreach (var each in events)
            {
                (command.Parameters[1].Value, command.Parameters[2].Value) = (each.Id, each.Text);
                await command.ExecuteNonQueryAsync();
            }
        }

        await _log.WriteAsync(_store, "node", None);

        Assert.Equal(41, await AuditCheck.VerifyAsync(_log, _store, None));
    }

    [Fact]
    public void reads_lines_backwards_as_forwards_whatever_their_lengths_are() => Gen.Select(Gen.Int[0, 200_000].Array[0, 8], Gen.Int[0, 70_000]).Sample(
        (lengths, torn) =>
        {
            var path = _scratch["lines"];
            var lines = lengths.Select((length, i) => new string((char)('a' + i), length)).ToList();
            var whole = string.Concat(lines.Select(line => line + "\n"));
            AtomicFile.Write(path, whole + new string('~', torn));
            using var file = File.OpenRead(path);
            return BackwardLines.WholeLength(file) == whole.Length && BackwardLines.Of(file, whole.Length).Reverse().SequenceEqual(lines);
        },
        iter: 200, threads: 1);

    private async Task WriteAsync(int events)
    {
        for (var i = 0; i < events; i++)
        {
            await _store.NoteAsync($"event-{i}", [], None);
        }

        await _log.WriteAsync(_store, "node", None);
    }
}
