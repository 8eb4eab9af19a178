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
}
