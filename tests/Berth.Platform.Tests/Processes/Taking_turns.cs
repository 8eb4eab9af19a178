using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Processes;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.Processes;

public sealed class Taking_turns : IDisposable
{
    private readonly Room _room = new();
    private readonly AppOperations _operations;

    public Taking_turns() => _operations = new AppOperations(_room.Store, _room.Apps);

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task tells_who_waits_for_what()
    {
        var (first, second) = (new Heard(), new Heard());
        var held = await _operations.BeginAsync(Room.App, "deploy", first.Output, CancellationToken.None);
        var waiting = _operations.BeginAsync(Room.App, "restart", second.Output, CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        held.Dispose();
        (await waiting).Dispose();

        Assert.Equal("", first.Text);
        Assert.Equal("-----> Waiting for the deploy of hello under way to end...\n", second.Text);
    }

    [Fact]
    public async Task goes_on_without_a_word_when_nothing_is_under_way()
    {
        var heard = new Heard();
        (await _operations.BeginAsync(Room.App, "deploy", null, CancellationToken.None)).Dispose();
        (await _operations.BeginAsync(Room.App, "deploy", heard.Output, CancellationToken.None)).Dispose();
        Assert.Equal("", heard.Text);
    }

    [Fact]
    public async Task finds_out_that_the_app_is_gone_meanwhile()
    {
        var held = await _operations.BeginAsync(Room.App, "deploy", null, CancellationToken.None);
        var waiting = _operations.BeginAsync(Room.App, "restart", null, CancellationToken.None);
        Directory.Delete(_room.Scratch["home/hello"]);
        held.Dispose();
        Assert.Equal(AppProblems.AppUnknown, (await Assert.ThrowsAsync<ProblemException>(() => waiting)).Problem.Code);
    }
}
