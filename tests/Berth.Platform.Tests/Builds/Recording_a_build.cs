using Berth.Kernel;
using Berth.Platform.Builds;
using Berth.Platform.Processes;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.Builds;

public sealed class Recording_a_build : IDisposable
{
    private readonly Room _room = new();
    private readonly Heard _heard = new();
    private readonly ProcessLogFake _log = new();
    private readonly BuildStore _builds;
    private readonly BuildJournal _journal;

    public Recording_a_build()
    {
        _builds = new BuildStore(_room.Store, _room.Properties, TimeProvider.System);
        _journal = new BuildJournal(_builds, _log);
    }

    private BuildRecord Last => _builds.List(Room.App)[0];

    private string LastLog => File.ReadAllText(_builds.LogPathOf(Room.App, Last.Id));

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task keeps_what_was_printed_and_that_it_succeeded()
    {
        await _journal.RunAsync(
            Room.App,
            BuildSource.Folder,
            _heard.Output,
            (output, _) =>
            {
                Assert.Equal(BuildStatus.Running, Last.DisplayStatus);
                output.Step("one");
                output.Warn("two");
                return Task.CompletedTask;
            },
            CancellationToken.None);

        Assert.Equal("-----> one\n !     two\n", LastLog);
        Assert.Equal(_heard.Text, LastLog);
        Assert.Equal((BuildStatus.Succeeded, 0), (Last.Status, Last.ExitCode));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_builds.LogPathOf(Room.App, Last.Id)));
    }

    [Fact]
    public async Task keeps_why_it_failed_and_tells_the_daemons_log()
    {
        var problem = new Problem(ProcessProblems.Exited, "web.1 ended", "Mend it.") { Details = ["its last words"] };

        await Assert.ThrowsAsync<ProblemException>(() => _journal.RunAsync(
            Room.App, BuildSource.Folder, _heard.Output, (_, _) => throw problem.AsException(), CancellationToken.None));

        Assert.Equal(" !     web.1 ended\n !       its last words\n", LastLog);
        Assert.Equal((BuildStatus.Failed, 1), (Last.Status, Last.ExitCode));
        Assert.Equal(["hello: deploy failed: process-exited"], _log.Lines);
    }

    [Fact]
    public async Task ends_when_it_is_canceled_and_says_so()
    {
        var begun = new TaskCompletionSource();
        var run = _journal.RunAsync(
            Room.App,
            BuildSource.Rebuild,
            _heard.Output,
            async (_, cancel) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
            },
            CancellationToken.None);
        await begun.Task;

        Assert.True(_journal.Cancel(Room.App));

        Assert.Equal(BuildProblems.BuildCanceled, (await Assert.ThrowsAsync<ProblemException>(() => run)).Problem.Code);
        Assert.Equal((BuildStatus.Canceled, -1), (Last.Status, Last.ExitCode));
        Assert.False(_journal.Cancel(Room.App));
    }

    [Fact]
    public async Task tells_the_daemons_log_of_a_caller_who_interrupts()
    {
        using var interrupted = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _journal.RunAsync(
            Room.App,
            BuildSource.Folder,
            _heard.Output,
            async (_, cancel) =>
            {
                await interrupted.CancelAsync();
                cancel.ThrowIfCancellationRequested();
            },
            interrupted.Token));

        Assert.Equal(BuildStatus.Canceled, Last.Status);
        Assert.Equal(["hello: deploy interrupted"], _log.Lines);
    }

    [Fact]
    public async Task goes_on_where_nothing_can_be_written()
    {
        PrivateFolder.Ensure(_room.Lib("data"));
        await File.WriteAllTextAsync(_room.Lib("data/builds"), "a file where the folder should be");
        var done = false;

        await _journal.RunAsync(
            Room.App, BuildSource.Folder, _heard.Output, (_, _) => Task.FromResult(done = true), CancellationToken.None);

        Assert.True(done);
        Assert.StartsWith("hello: its deploy is not recorded", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }
}
