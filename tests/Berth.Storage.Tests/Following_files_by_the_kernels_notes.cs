using Berth.TestKit;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Storage.Tests;

public sealed class Following_files_by_the_kernels_notes : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly FolderWatch _watch = FolderWatch.TryStart()!;

    // An hour ahead, every file has come to rest.
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow().AddHours(1));
    private readonly Remembered<string> _remembered;
    private int _reads;

    public Following_files_by_the_kernels_notes()
    {
        _remembered = new Remembered<string>(_watch, _time);
        Directory.CreateDirectory(_scratch["app/tls"]);
        Write("app/VHOST", "one");
    }

    public void Dispose()
    {
        _watch.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void reads_once_while_nothing_changes()
    {
        Assert.Equal(["one", "one", "one"], [Ask("app/VHOST"), Ask("app/VHOST"), Ask("app/VHOST")]);
        Assert.Equal(1, _reads);
    }

    [Fact]
    public void does_not_read_again_when_a_neighbour_changes()
    {
        Ask("app/VHOST");
        Write("app/ENV", "KEY=value");

        Assert.Equal("one", Ask("app/VHOST"));
        Assert.Equal(1, _reads);
    }

    [Fact]
    public void sees_an_edit_in_place()
    {
        Ask("app/VHOST");
        Write("app/VHOST", "two");

        Assert.Equal("two", Ask("app/VHOST"));
    }

    [Fact]
    public void answers_as_of_one_moment_within_it_and_as_of_now_behind_it()
    {
        Ask("app/VHOST");
        using (_watch.AsOfNow())
        {
            Write("app/VHOST", "two");
            Assert.Equal("one", Ask("app/VHOST"));
            string? said = null;
            var elsewhere = new Thread(() => said = Ask("app/VHOST"));
            elsewhere.Start();
            elsewhere.Join();
            Assert.Equal("two", said);
        }

        Write("app/VHOST", "three");
        Assert.Equal("three", Ask("app/VHOST"));
    }

    [Fact]
    public void begins_a_moment_with_what_had_happened_before_it()
    {
        Ask("app/VHOST");
        Write("app/VHOST", "two");
        using var moment = _watch.AsOfNow();
        Assert.Equal("two", Ask("app/VHOST"));
    }

    [Fact]
    public void sees_a_replacement()
    {
        Ask("app/VHOST");
        Write("other", "two");
        File.Move(_scratch["other"], _scratch["app/VHOST"], overwrite: true);

        Assert.Equal("two", Ask("app/VHOST"));
    }

    [Fact]
    public void sees_a_file_come_in_a_folder_that_was_not_there()
    {
        Assert.Equal("nothing", Ask("new/deep/VHOST"));
        Directory.CreateDirectory(_scratch["new/deep"]);
        Assert.Equal("nothing", Ask("new/deep/VHOST"));
        Write("new/deep/VHOST", "two");

        Assert.Equal("two", Ask("new/deep/VHOST"));
    }

    [Fact]
    public void sees_another_folder_take_the_place_of_one_above()
    {
        Ask("app/VHOST");
        Directory.CreateDirectory(_scratch["restored"]);
        Write("restored/VHOST", "two");
        Directory.Move(_scratch["app"], _scratch["old"]);
        Directory.Move(_scratch["restored"], _scratch["app"]);

        Assert.Equal("two", Ask("app/VHOST"));
        Write("app/VHOST", "three");
        Assert.Equal("three", Ask("app/VHOST"));
    }

    [Fact]
    public void sees_what_a_link_leads_to_change()
    {
        Write("real", "one");
        File.CreateSymbolicLink(_scratch["app/link"], _scratch["real"]);
        Ask("app/link");
        Write("real", "two");

        Assert.Equal("two", Ask("app/link"));
    }

    [Fact]
    public void sees_a_folder_that_a_link_is_turned_to()
    {
        Directory.CreateDirectory(_scratch["first"]);
        Directory.CreateDirectory(_scratch["second"]);
        Write("first/VHOST", "one");
        Write("second/VHOST", "two");
        File.CreateSymbolicLink(_scratch["current"], _scratch["first"]);
        Ask("current/VHOST");
        File.Delete(_scratch["current"]);
        File.CreateSymbolicLink(_scratch["current"], _scratch["second"]);

        Assert.Equal("two", Ask("current/VHOST"));
    }

    [Fact]
    public async Task sees_an_edit_by_a_files_second_name()
    {
        await ExternalProgram.SucceedAsync("ln", [_scratch["app/VHOST"], _scratch["second"]]);
        Ask("app/VHOST");
        Write("second", "two");

        Assert.Equal("two", Ask("app/VHOST"));
    }

    [Fact]
    public void sees_a_change_among_more_than_the_kernel_notes()
    {
        Ask("app/VHOST");
        for (var i = 0; i < 20_000; i++)
        {
            Write($"app/{i % 2}", "");
        }

        Write("app/VHOST", "two");

        Assert.Equal("two", Ask("app/VHOST"));
    }

    [Fact]
    public void looks_itself_after_a_minute()
    {
        Ask("app/VHOST");
        _watch.Dispose();
        Write("app/VHOST", "two");
        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("two", Ask("app/VHOST"));
    }

    [Fact]
    public void says_what_the_file_says_whatever_is_done_to_it() => Gen.Int[0, 7].List[1, 30].Sample(steps =>
    {
        foreach (var (at, step) in steps.Index())
        {
            Do(step, $"{at}");
            Assert.Equal(Read(_scratch["law/app/VHOST"]), Ask("law/app/VHOST"));
            Assert.Equal(Read(_scratch["law/VHOST"]), Ask("law/VHOST"));
        }
    }, iter: 200, threads: 1);

    private void Do(int step, string text)
    {
        Directory.CreateDirectory(_scratch["law"]);
        switch (step)
        {
            case 0:
                Directory.CreateDirectory(_scratch["law/app"]);
                break;
            case 1 when Directory.Exists(_scratch["law/app"]):
                Write("law/app/VHOST", text);
                break;
            case 2:
                Write("law/VHOST", text);
                break;
            case 3 when File.Exists(_scratch["law/VHOST"]) && Directory.Exists(_scratch["law/app"]):
                File.Move(_scratch["law/VHOST"], _scratch["law/app/VHOST"], overwrite: true);
                break;
            case 4 when Directory.Exists(_scratch["law/app"]):
                Directory.Delete(_scratch["law/app"], recursive: true);
                break;
            case 5 when Directory.Exists(_scratch["law/app"]) && !Directory.Exists(_scratch["law/away"]):
                Directory.Move(_scratch["law/app"], _scratch["law/away"]);
                break;
            case 6 when Directory.Exists(_scratch["law/away"]) && !Directory.Exists(_scratch["law/app"]):
                Directory.Move(_scratch["law/away"], _scratch["law/app"]);
                break;
            case 7:
                Directory.Delete(_scratch["law"], recursive: true);
                break;
        }
    }

    private string Ask(string name) => _remembered.Get(name, () => [_scratch[name]], () =>
    {
        _reads++;
        return Read(_scratch[name]);
    });

    private static string Read(string path) => File.Exists(path) ? File.ReadAllText(path) : "nothing";

    private void Write(string name, string text)
    {
        using var file = new StreamWriter(_scratch[name]);
        file.Write(text);
    }
}
