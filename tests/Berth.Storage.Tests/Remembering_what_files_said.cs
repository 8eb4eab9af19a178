using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Storage.Tests;

public sealed class Remembering_what_files_said : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    // A second ahead, every file has come to rest.
    private readonly Remembered<string> _remembered = new(watch: null, new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddSeconds(1)));
    private int _reads;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task reads_once_while_nothing_changes()
    {
        await File.WriteAllTextAsync(_scratch["a"], "one");

        Assert.Equal(["one", "one", "one"], [Ask(), Ask(), Ask()]);
        Assert.Equal(1, _reads);
    }

    [Fact]
    public async Task sees_a_change_of_the_same_length_made_in_place()
    {
        await File.WriteAllTextAsync(_scratch["a"], "one");
        Ask();
        await File.WriteAllTextAsync(_scratch["a"], "two");

        Assert.Equal("two", Ask());
    }

    [Fact]
    public async Task sees_a_replacement_that_pretends_to_be_older()
    {
        await File.WriteAllTextAsync(_scratch["a"], "one");
        var written = File.GetLastWriteTimeUtc(_scratch["a"]);
        Ask();
        await File.WriteAllTextAsync(_scratch["b"], "two");
        File.SetLastWriteTimeUtc(_scratch["b"], written);
        File.Move(_scratch["b"], _scratch["a"], overwrite: true);

        Assert.Equal("two", Ask());
    }

    [Fact]
    public async Task sees_a_file_come_and_go()
    {
        Assert.Equal("nothing", Ask());
        await File.WriteAllTextAsync(_scratch["a"], "one");
        Assert.Equal("one", Ask());
        File.Delete(_scratch["a"]);
        Assert.Equal("nothing", Ask());
    }

    [Fact]
    public async Task looks_at_those_files_only_that_the_last_reading_named()
    {
        await File.WriteAllTextAsync(_scratch["a"], "one");
        string AskBoth() => _remembered.Get(
            "both",
            () => File.Exists(_scratch["a"]) ? [_scratch["a"]] : [_scratch["a"], _scratch["b"]],
            () => File.Exists(_scratch["a"]) ? File.ReadAllText(_scratch["a"]) : File.Exists(_scratch["b"]) ? File.ReadAllText(_scratch["b"]) : "nothing");

        Assert.Equal("one", AskBoth());
        File.Delete(_scratch["a"]);
        Assert.Equal("nothing", AskBoth());
        await File.WriteAllTextAsync(_scratch["b"], "two");
        Assert.Equal("two", AskBoth());
    }

    [Fact]
    public async Task keeps_nothing_of_a_file_that_changed_just_now()
    {
        var now = new Remembered<string>(watch: null, TimeProvider.System);
        await File.WriteAllTextAsync(_scratch["a"], "one");

        Ask(now);
        Ask(now);

        Assert.Equal(2, _reads);
    }

    [Fact]
    public async Task keeps_nothing_when_reading_fails()
    {
        await File.WriteAllTextAsync(_scratch["a"], "one");
        Assert.Throws<IOException>(() => _remembered.Get("a", () => [_scratch["a"]], () => throw new IOException("no")));

        Assert.Equal("one", Ask());
    }

    private string Ask(Remembered<string>? remembered = null) => (remembered ?? _remembered).Get("a", () => [_scratch["a"]], () =>
    {
        _reads++;
        return File.Exists(_scratch["a"]) ? File.ReadAllText(_scratch["a"]) : "nothing";
    });
}
