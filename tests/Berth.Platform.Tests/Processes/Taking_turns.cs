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

        await held.DisposeAsync();
        await (await waiting).DisposeAsync();

        Assert.Equal("", first.Text);
        Assert.Equal("-----> Waiting for the deploy of hello under way to end...\n", second.Text);
    }

    [Fact]
    public async Task goes_on_without_a_word_when_nothing_is_under_way()
    {
        var heard = new Heard();
        await (await _operations.BeginAsync(Room.App, "deploy", null, CancellationToken.None)).DisposeAsync();
        await (await _operations.BeginAsync(Room.App, "deploy", heard.Output, CancellationToken.None)).DisposeAsync();
        Assert.Equal("", heard.Text);
    }

    [Fact]
    public async Task finds_out_that_the_app_is_gone_meanwhile()
    {
        var held = await _operations.BeginAsync(Room.App, "deploy", null, CancellationToken.None);
        var waiting = _operations.BeginAsync(Room.App, "restart", null, CancellationToken.None);
        Directory.Delete(_room.Scratch["home/hello"]);
        await held.DisposeAsync();
        Assert.Equal(AppProblems.AppUnknown, (await Assert.ThrowsAsync<ProblemException>(() => waiting)).Problem.Code);
    }

    [Fact]
    public async Task lets_a_part_of_an_operation_begin_another_on_the_same_app()
    {
        var heard = new Heard();
        await using var deploy = await _operations.BeginAsync(Room.App, "deploy", heard.Output, CancellationToken.None);
        await using var restart = await _operations.BeginAsync(Room.App, "restart", deploy.Within(heard.Output), CancellationToken.None);
        await using var within = await _operations.BeginAsync(Room.App, "stop", restart.Within(deploy.Within(heard.Output)), CancellationToken.None);
        Assert.Equal("", heard.Text);
    }

    [Fact]
    public async Task lets_parts_of_an_operation_take_turns_and_ends_after_them()
    {
        var heard = new Heard();
        var deploy = await _operations.BeginAsync(Room.App, "deploy", heard.Output, CancellationToken.None);
        var part = deploy.Within(heard.Output);
        var first = await _operations.BeginAsync(Room.App, "restart", part, CancellationToken.None);
        var second = _operations.BeginAsync(Room.App, "restart", part, CancellationToken.None);
        Assert.False(second.IsCompleted);

        await first.DisposeAsync();
        var ending = deploy.DisposeAsync().AsTask();
        Assert.False(ending.IsCompleted);
        await (await second).DisposeAsync();
        await ending;
    }

    [Fact]
    public async Task lets_nobody_in_with_the_token_of_one_that_has_ended()
    {
        var heard = new Heard();
        var deploy = await _operations.BeginAsync(Room.App, "deploy", null, CancellationToken.None);
        var late = deploy.Within(heard.Output);
        await deploy.DisposeAsync();

        await using var other = await _operations.BeginAsync(Room.App, "scaling", null, CancellationToken.None);
        Assert.False(_operations.BeginAsync(Room.App, "restart", late, new CancellationTokenSource(TimeSpan.Zero).Token).IsCompletedSuccessfully);
        Assert.Equal("-----> Waiting for the scaling of hello under way to end...\n", heard.Text);
    }
}
