using System.Net;
using Berth.Authority.Front;
using Berth.Authority.Storage;
using Berth.TestKit;
using Microsoft.Data.Sqlite;

namespace Berth.Authority.Tests;

public sealed class Bounding_the_work
{
    [Fact]
    public async Task refuses_more_than_fits_and_has_room_again_when_work_is_done()
    {
        using var gate = new SemaphoreSlim(0);
        await using var queue = new WorkQueue<int>(1, 2, (_, cancel) => gate.WaitAsync(cancel));
        Assert.True(queue.TryReserve());
        Assert.True(queue.TryReserve());
        Assert.False(queue.TryReserve());

        queue.Add(1);
        gate.Release();

        await Eventually.TrueAsync(() => Task.FromResult(queue.TryReserve()));
        Assert.False(queue.TryReserve());
    }

    [Fact]
    public void counts_a_client_by_its_address_and_an_IPv6_client_by_its_network()
    {
        var gate = new ClientGate(2);
        Assert.True(gate.TryEnter(IPAddress.Parse("2001:db8:1:2::1")));
        Assert.True(gate.TryEnter(IPAddress.Parse("2001:db8:1:2::2")));
        Assert.False(gate.TryEnter(IPAddress.Parse("2001:db8:1:2::3")));
        Assert.True(gate.TryEnter(IPAddress.Parse("2001:db8:1:3::1")));
        Assert.True(gate.TryEnter(IPAddress.Parse("192.0.2.1")));
        Assert.True(gate.TryEnter(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.False(gate.TryEnter(IPAddress.Parse("192.0.2.1")));

        gate.Leave(IPAddress.Parse("2001:db8:1:2::9"));

        Assert.True(gate.TryEnter(IPAddress.Parse("2001:db8:1:2::3")));
    }

    [Fact]
    public async Task keeps_the_fault_of_one_change_from_the_others_of_its_commit()
    {
        using var scratch = new ScratchFolder();
        await using var writer = new SqlWorkers([new SqliteSession(scratch["test.db"])]);
        await writer.RunAsync(db => db.Execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"), CancellationToken.None);

        var faults = await Task.WhenAll(Enumerable.Range(0, 300).Select(n => FaultAsync(writer, n == 150 ? 149 : n)));

        Assert.Single(faults, fault => fault is SqliteException);
        Assert.Equal(299, await writer.RunAsync(db => db.Number("SELECT count(*) FROM t"), CancellationToken.None));
    }

    [Fact]
    public async Task tells_whoever_waits_when_a_change_ends_its_connection_and_goes_on_with_another()
    {
        using var scratch = new ScratchFolder();
        await using var writer = new SqlWorkers([new SqliteSession(scratch["test.db"])]);
        await writer.RunAsync(db => db.Execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"), CancellationToken.None);

        var broken = writer.RunAsync<int>(
            db =>
            {
                db.Execute("INSERT INTO t VALUES (1)");
                db.Dispose();
                throw new InvalidTimeZoneException("of no kind that a database throws");
            },
            CancellationToken.None);

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => broken.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(1, await writer.RunAsync(db => db.Execute("INSERT INTO t VALUES (2)"), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(2, await writer.RunAsync(db => db.Number("SELECT sum(n) FROM t"), CancellationToken.None));
    }

    [Fact]
    public async Task commits_no_second_half_of_a_change_whose_connection_was_lost()
    {
        using var scratch = new ScratchFolder();
        await using var writer = new SqlWorkers([new SqliteSession(scratch["test.db"])]);
        await writer.RunAsync(db => db.Execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"), CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.RunAsync(
            db =>
            {
                db.Execute("INSERT INTO t VALUES (1)");
                db.Dispose();
                return db.Execute("INSERT INTO t VALUES (2)");
            },
            CancellationToken.None));

        Assert.Equal(0, await writer.RunAsync(db => db.Number("SELECT count(*) FROM t"), CancellationToken.None));
    }

    private static async Task<Exception?> FaultAsync(SqlWorkers writer, int number) => await Record.ExceptionAsync(
        () => writer.RunAsync(db => db.Execute("INSERT INTO t VALUES ($1)", number), CancellationToken.None));
}
