using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Storage.Tests;

public sealed class Passing_over_very_many : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly Remembered<string> _remembered = new(watch: null, new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddSeconds(1)));
    private int _reads;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void reads_each_once_and_keeps_nothing_of_it()
    {
        using (SinglePass.OverMany("shop", 100_000))
        {
            Assert.Equal(["1", "1"], [Ask("shop"), Ask("shop")]);
        }

        using (SinglePass.OverMany("shop", 100_000))
        {
            Assert.Equal("2", Ask("shop"));
        }
    }

    [Fact]
    public void leaves_what_is_not_the_app_s_to_those_who_keep_it()
    {
        for (var pass = 0; pass < 3; pass++)
        {
            using var under = SinglePass.OverMany("shop", 100_000);
            Assert.Equal("1", Ask("all"));
        }
    }

    [Fact]
    public void reads_again_what_was_read_before_a_write()
    {
        var store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        using var pass = SinglePass.OverMany("shop", 100_000);
        Ask("shop");

        store.Write(StatePath.Home("shop", "VHOST"), "shop.example.com\n");

        Assert.Equal("2", Ask("shop"));
    }

    [Fact]
    public void leaves_few_to_those_who_keep_them() => Assert.Null(SinglePass.OverMany("shop", 4_000));

    [Fact]
    public void is_no_other_thread_s()
    {
        using var pass = SinglePass.OverMany("shop", 100_000);
        var elsewhere = "";
        var thread = new Thread(() => elsewhere = Ask("shop"));
        Assert.Equal("1", Ask("shop"));

        thread.Start();
        thread.Join();

        Assert.Equal("2", elsewhere);
    }

    private string Ask(string key) => _remembered.Get(key, () => [_scratch[key]], () => $"{++_reads}");
}
