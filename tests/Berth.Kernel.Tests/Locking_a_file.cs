using System.Diagnostics;
using Berth.TestKit;

namespace Berth.Kernel.Tests;

public sealed class Locking_a_file : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void is_for_one_at_a_time_and_seen_by_others()
    {
        Assert.False(FileLock.IsHeld(_scratch["lock"]));
        using (FileLock.TryAcquire(_scratch["lock"]))
        {
            Assert.True(FileLock.IsHeld(_scratch["lock"]));
            Assert.Null(FileLock.TryAcquire(_scratch["lock"]));
        }

        Assert.False(FileLock.IsHeld(_scratch["lock"]));
        using var again = FileLock.TryAcquire(_scratch["lock"]);
        Assert.NotNull(again);
    }

    [Fact]
    public void leaves_no_file_behind_when_it_is_removed_by_whoever_may()
    {
        Assert.True(FileLock.TryRemove(_scratch["lock"]));
        using (FileLock.TryAcquire(_scratch["lock"]))
        {
            Assert.False(FileLock.TryRemove(_scratch["lock"]));
            Assert.True(File.Exists(_scratch["lock"]));
        }

        Assert.True(FileLock.TryRemove(_scratch["lock"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch.Path));
        Assert.True(FileLock.TryRemove(_scratch["no-such-folder/lock"]));
    }

    [Fact]
    public async Task is_for_one_at_a_time_also_while_its_file_is_removed_over_and_over()
    {
        using var end = new CancellationTokenSource();
        var removed = 0;
        var removing = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                removed += FileLock.TryRemove(_scratch["lock"]) ? 1 : 0;
            }
        });

        // A busy machine might begin with it when all else is over.
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref removed) > 0));
        var (inside, most, taken) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 3_000; i++)
            {
                using var held = FileLock.TryAcquire(_scratch["lock"]);
                if (held is not null)
                {
                    Interlocked.Increment(ref taken);
                    InterlockedMax(ref most, Interlocked.Increment(ref inside));
                    Interlocked.Decrement(ref inside);
                }
            }
        })));

        await end.CancelAsync();
        await removing;
        Assert.Equal(1, most);
        Assert.True(taken > 0 && removed > 0);
    }

    [Fact]
    public async Task is_not_hindered_by_those_who_only_look()
    {
        FileLock.TryAcquire(_scratch["lock"])!.Dispose();
        using var end = new CancellationTokenSource();
        var looking = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                FileLock.IsHeld(_scratch["lock"]);
            }
        });

        for (var i = 0; i < 20_000; i++)
        {
            using var held = FileLock.TryAcquire(_scratch["lock"]);
            Assert.NotNull(held);
        }

        await end.CancelAsync();
        await looking;
    }

    [Fact]
    public async Task does_not_stay_with_a_child_that_was_started_meanwhile()
    {
        using var end = new CancellationTokenSource();
        var starting = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                using var child = Process.Start("/bin/true");
                child.WaitForExit();
            }
        });

        var refused = 0;
        for (var i = 0; i < 50_000; i++)
        {
            using var held = FileLock.TryAcquire(_scratch["lock"]);
            refused += held is null ? 1 : 0;
        }

        await end.CancelAsync();
        await starting;
        Assert.Equal(0, refused);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen;)
        {
            seen = Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
