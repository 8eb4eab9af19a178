using Berth.Daemon;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Specs;

public sealed class Resting : IAsyncDisposable
{
    private const long Megabyte = 1 << 20;
    private readonly FakeTimeProvider _time = new();
    private readonly IdleMemory _memory;
    private long _allocated;
    private int _given;

    public Resting() => _memory = new IdleMemory(_time, () => _allocated, () => _given++);

    public ValueTask DisposeAsync() => _memory.DisposeAsync();

    [Fact]
    public void gives_memory_back_once_after_work_has_ended()
    {
        Work(50 * Megabyte);
        Assert.Equal(0, _given);
        Work(0);
        Assert.Equal(1, _given);
        Work(0);
        Work(Megabyte / 10);
        Assert.Equal(1, _given);
    }

    [Fact]
    public void keeps_it_while_there_is_work()
    {
        Work(5 * Megabyte, looks: 10);
        Assert.Equal(0, _given);
    }

    [Fact]
    public void keeps_what_one_small_work_after_another_wants_again()
    {
        Work(Megabyte, looks: 12);
        Assert.Equal(0, _given);
        Work(Megabyte / 10);
        Assert.Equal(1, _given);
    }

    [Fact]
    public void gives_it_back_at_the_seventeenth_look_while_small_work_goes_on()
    {
        Work(Megabyte, looks: 16);
        Assert.Equal(0, _given);
        Work(Megabyte);
        Assert.Equal(1, _given);
    }

    [Fact]
    public void gives_it_back_again_after_the_next_burst()
    {
        Work(50 * Megabyte);
        Work(0);
        Work(50 * Megabyte);
        Work(0);

        Assert.Equal(2, _given);
    }

    private void Work(long bytes, int looks = 1)
    {
        for (var i = 0; i < looks; i++)
        {
            _allocated += bytes;
            _time.Advance(TimeSpan.FromSeconds(10));
        }
    }
}
