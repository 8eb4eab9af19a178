using Berth.Kernel;
using Berth.Platform.Processes;
using Berth.Platform.Processes.Output;
using Berth.TestKit;

namespace Berth.Platform.Tests.Processes;

public sealed class Reading_logs : IDisposable
{
    private const long Limit = 100_000;

    private readonly ScratchFolder _scratch = new();
    private readonly LogSettings _settings;
    private readonly LogReader _reader;

    public Reading_logs()
    {
        _settings = new LogSettings { Folder = _scratch.Path, SizeLimit = Limit, Interval = TimeSpan.FromMilliseconds(10) };
        _reader = new LogReader(_settings, TimeProvider.System);
        Directory.CreateDirectory(_scratch["hello"]);
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task gives_the_last_lines_of_each_instance_with_its_name()
    {
        Append("web.1.a", Lines(1, 5));
        Append("web.2.b", Lines(1, 2));
        Append("worker.1.c", "no line end");

        Assert.Equal(
            ["app[web.1]: line 3", "app[web.1]: line 4", "app[web.1]: line 5", "app[web.2]: line 1", "app[web.2]: line 2", "app[worker.1]: no line end"],
            await ReadAsync(new LogQuery { Lines = 3 }));
    }

    [Fact]
    public async Task gives_one_type_or_one_instance()
    {
        Append("web.1.a", "a\n");
        Append("web.2.b", "b\n");
        Append("worker.1.c", "c\n");

        Assert.Equal(["app[web.1]: a", "app[web.2]: b"], await ReadAsync(new LogQuery { Type = ProcessType.Web }));
        Assert.Equal(["app[web.2]: b"], await ReadAsync(new LogQuery { Type = ProcessType.Web, Index = 2 }));
        Assert.Empty(await ReadAsync(new LogQuery { Type = ProcessType.Parse("clock") }));
    }

    [Fact]
    public async Task reads_instances_in_service_else_those_before_and_failed_ones_on_request()
    {
        Append("web.1.failed", "failed\n");
        Append("web.1.previous", "previous\n");
        Assert.Equal(["app[web.1]: previous"], await ReadAsync(new LogQuery()));

        Append("web.1.01", "older\n");
        Append("web.1.02", "newer\n");
        Assert.Equal(["app[web.1]: newer"], await ReadAsync(new LogQuery { Lines = 1 }));
        Assert.Equal(["app[web.1]: previous", "app[web.1]: newer"], await ReadAsync(new LogQuery()));
        Assert.Equal(["app[web.1]: failed"], await ReadAsync(new LogQuery { Failed = true }));
    }

    [Fact]
    public async Task has_nothing_to_say_of_an_app_that_never_ran() =>
        Assert.Empty(await ReadAsync(new LogQuery(), AppName.Parse("other")));

    [Fact]
    public async Task reads_far_back_without_reading_all()
    {
        Append("web.1.a", Lines(1, 50_000));

        var lines = await ReadAsync(new LogQuery { Lines = 9_000 });

        Assert.Equal(9_000, lines.Count);
        Assert.Equal(("app[web.1]: line 41001", "app[web.1]: line 50000"), (lines[0], lines[^1]));
        Assert.Equal(LogQuery.LineLimit, (await ReadAsync(new LogQuery { Lines = int.MaxValue })).Count);
        Assert.Empty(await ReadAsync(new LogQuery { Lines = 0 }));
    }

    [Fact]
    public async Task goes_on_into_the_older_half_when_the_file_was_just_rotated()
    {
        Append("web.1.a", Lines(1, 20_000));
        Assert.True(LogRotation.RotateIfLarge(Path("web.1.a"), Limit));
        Append("web.1.a", Lines(20_001, 20_002));

        Assert.Equal(
            ["app[web.1]: line 19999", "app[web.1]: line 20000", "app[web.1]: line 20001", "app[web.1]: line 20002"],
            await ReadAsync(new LogQuery { Lines = 4 }));
    }

    [Fact]
    public async Task cuts_a_line_without_end_into_pieces_between_characters()
    {
        Append("web.1.a", "€" + new string('x', LogReader.LineLength - 4) + "€€\nnext\n");

        var lines = await ReadAsync(new LogQuery());

        Assert.Equal(3, lines.Count);
        Assert.Equal("app[web.1]: €" + new string('x', LogReader.LineLength - 4), lines[0]);
        Assert.Equal(["app[web.1]: €€", "app[web.1]: next"], lines[1..]);
    }

    [Fact]
    public async Task follows_new_lines_and_new_instances_until_cancelled()
    {
        Append("web.1.a", "one\ntwo\nhalf of thr");
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var seen = new List<string>();

        await foreach (var line in _reader.ReadAsync(Harbor.Name, new LogQuery { Lines = 1, Follow = true }, cancel.Token))
        {
            seen.Add(line.ToString());
            switch (line.Text)
            {
                case "two":
                    Append("web.1.a", "ee\n");
                    break;
                case "half of three":
                    Append("worker.1.b", "hello\n");
                    break;
                case "hello":
                    await cancel.CancelAsync();
                    break;
            }
        }

        Assert.Equal(["app[web.1]: two", "app[web.1]: half of three", "app[worker.1]: hello"], seen);
    }

    [Fact]
    public async Task follows_across_rotation_without_losing_or_repeating_a_line()
    {
        Append("web.1.a", Lines(1, 10));
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var seen = new List<string>();

        await foreach (var line in _reader.ReadAsync(Harbor.Name, new LogQuery { Lines = 1, Follow = true }, cancel.Token))
        {
            seen.Add(line.Text);
            if (seen.Count == 1)
            {
                Append("web.1.a", Lines(11, 12_000));
                Assert.True(LogRotation.RotateIfLarge(Path("web.1.a"), Limit));
                Append("web.1.a", Lines(12_001, 12_010));
            }

            if (line.Text == "line 12010")
            {
                await cancel.CancelAsync();
            }
        }

        Assert.Equal(Enumerable.Range(10, 12_001).Select(i => $"line {i}"), seen);
    }

    [Fact]
    public async Task reads_to_the_end_of_an_instance_that_is_replaced_and_then_the_next()
    {
        Append("web.1.01", "old\n");
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var seen = new List<string>();

        await foreach (var line in _reader.ReadAsync(Harbor.Name, new LogQuery { Follow = true }, cancel.Token))
        {
            seen.Add(line.Text);
            if (line.Text == "old")
            {
                Append("web.1.02", "new\n");
                Append("web.1.01", "farewell");
                File.Move(Path("web.1.01"), Path("web.1.previous"));
            }

            if (seen.Count == 3)
            {
                await cancel.CancelAsync();
            }
        }

        Assert.Equal(["farewell", "new", "old"], seen.Order());
    }

    private static string Lines(int from, int to) => string.Concat(Enumerable.Range(from, to - from + 1).Select(i => $"line {i}\n"));

    private string Path(string name) => _scratch[$"hello/{name}.log"];

    private void Append(string name, string text) => File.AppendAllText(Path(name), text);

    private async Task<List<string>> ReadAsync(LogQuery query, AppName? app = null)
    {
        var lines = new List<string>();
        await foreach (var line in _reader.ReadAsync(app ?? Harbor.Name, query))
        {
            lines.Add(line.ToString());
        }

        return lines;
    }
}
