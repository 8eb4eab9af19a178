using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Builds;
using Berth.Platform.Tests.Support;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.Builds;

public sealed class Keeping_records_of_builds : IDisposable
{
    private readonly Room _room = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly BuildStore _builds;

    public Keeping_records_of_builds() => _builds = new BuildStore(_room.Store, _room.Properties, _time);

    public void Dispose() => _room.Dispose();

    [Fact]
    public void writes_them_as_Dokku_does()
    {
        var record = _builds.Begin(Room.App, BuildSource.Folder);
        _time.Advance(TimeSpan.FromSeconds(61.4));
        _builds.Finish(Room.App, record, BuildStatus.Succeeded, 0);

        using var written = JsonDocument.Parse(File.ReadAllText(_room.Lib($"data/builds/hello/{record.Id}.json")));
        Assert.Equal(
            ["id", "app", "kind", "pid", "started_at", "finished_at", "status", "source", "exit_code"],
            written.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal("2026-03-01T12:00:00Z", written.RootElement.GetProperty("started_at").GetString());
        Assert.Equal("build", written.RootElement.GetProperty("kind").GetString());
        Assert.Equal(TimeSpan.FromSeconds(61), _builds.Find(Room.App, record.Id)!.DurationAt(_time.GetUtcNow()));
    }

    [Fact]
    public void lists_the_newest_first_and_passes_over_what_nobody_can_read()
    {
        var first = _builds.Begin(Room.App, BuildSource.Restart);
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = _builds.Begin(Room.App, BuildSource.Restart);
        AtomicFile.Write(_room.Lib("data/builds/hello/damaged.json"), "{ half");
        AtomicFile.Write(_room.Lib("data/builds/hello/null.json"), "null");
        AtomicFile.Write(_room.Lib("data/builds/hello/other.json"), File.ReadAllText(_room.Lib($"data/builds/hello/{first.Id}.json")));

        Assert.Equal([second.Id, first.Id], _builds.List(Room.App).Select(record => record.Id));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../config/hello/ENV")]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("no-such")]
    public void finds_nothing_under_a_name_that_is_no_id(string id) => Assert.Null(_builds.Find(Room.App, id));

    [Fact]
    public void keeps_as_many_as_asked_for_and_all_that_run()
    {
        var running = _builds.Begin(Room.App, BuildSource.Folder);
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var record = _builds.Begin(Room.App, BuildSource.Restart);
            AtomicFile.Write(_builds.LogPathOf(Room.App, record.Id), "said\n");
            _builds.Finish(Room.App, record, BuildStatus.Failed, 1);
        }

        _room.Properties.Set("builds", "hello", "retention", "2");
        AtomicFile.Write(_room.Lib("data/builds/hello/orphan.log"), "left\n");

        _builds.Prune(Room.App);

        Assert.Equal(3, _builds.List(Room.App).Count);
        Assert.Contains(_builds.List(Room.App), record => record.Id == running.Id);
        Assert.Equal(2, Directory.GetFiles(_room.Lib("data/builds/hello"), "*.log").Length);
    }

    [Fact]
    public void calls_a_build_whose_process_is_gone_abandoned_and_then_failed()
    {
        var record = _builds.Begin(Room.App, BuildSource.Folder);
        var file = _room.Lib($"data/builds/hello/{record.Id}.json");
        AtomicFile.Write(file, File.ReadAllText(file).Replace($"\"pid\": {Environment.ProcessId}", "\"pid\": 2147483600", StringComparison.Ordinal));

        Assert.Equal(BuildStatus.Abandoned, Assert.Single(_builds.List(Room.App)).DisplayStatus);
        _builds.Prune(Room.App);

        Assert.Equal((BuildStatus.Failed, -1), (_builds.List(Room.App)[0].Status, _builds.List(Room.App)[0].ExitCode));
    }

    [Fact]
    public void passes_over_a_retention_that_is_no_number()
    {
        _room.Properties.Set("builds", "hello", "retention", "many");
        _room.Properties.Set("builds", "--global", "retention", "7");
        Assert.Equal(7, _builds.RetentionOf(Room.App));
    }

    [Fact]
    public void makes_ids_that_sort_by_time_and_differ() => Gen.Int[0, int.MaxValue].Array[2, 20].Sample(seconds =>
    {
        var times = seconds.Distinct().Order().Select(second => DateTimeOffset.UnixEpoch.AddSeconds(second)).ToArray();
        var ids = times.Select(time => BuildId.New(time)).ToArray();
        Assert.Equal(ids, ids.Order(StringComparer.Ordinal));
        Assert.All(ids, id => Assert.True(BuildId.IsOne(id) && id.Length == 14));
    });

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59, "59s")]
    [InlineData(60, "1m0s")]
    [InlineData(3600, "1h0m0s")]
    [InlineData(90061, "25h1m1s")]
    public void spells_durations_as_Go_does(int seconds, string text) => Assert.Equal(text, BuildView.Spelled(TimeSpan.FromSeconds(seconds)));
}
