using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Notices;

namespace Berth.Platform.Tests.LetsEncrypt.Notices;

/// <summary>What waits at one place: the oldest of each app, and no more than anybody would read.</summary>
public sealed class Waiting_in_turn
{
    private const int Most = 1000;

    private readonly NoticeQueues _queues = new();

    [Fact]
    public void is_for_the_oldest_of_each_app()
    {
        PendingNotice[] waiting = [Of("one"), Of("one"), Of("two")];
        Assert.Equal([true, false, false], waiting.Select(Add));

        Assert.Equal([waiting[0], waiting[2]], _queues.HeadsOf("place", out _)!);
        Assert.True(_queues.Begin("place", waiting[0]));
        _queues.End("place", waiting[0], isOver: true);

        Assert.Equal([waiting[1], waiting[2]], _queues.HeadsOf("place", out _)!);
        Assert.False(_queues.Begin("place", waiting[0]));
    }

    /// <summary>Of too many the oldest is given up, but not the one that may get through now.</summary>
    [Theory]
    [InlineData(0, false, 1)]
    [InlineData(1, false, 0)]
    [InlineData(0, true, 0)]
    public void gives_up_the_oldest_that_is_not_under_way(int begun, bool hasEnded, int expected)
    {
        var waiting = Enumerable.Range(0, Most).Select(_ => Of("one")).ToArray();
        Assert.Equal(1, waiting.Count(Add));
        Assert.True(_queues.Begin("place", waiting[begun]));
        if (hasEnded)
        {
            _queues.End("place", waiting[begun], isOver: false);
        }

        _queues.Add("place", Of("two"), out var givenUp);

        Assert.Same(waiting[expected], givenUp);
        Assert.False(_queues.Begin("place", waiting[expected]));
    }

    private bool Add(PendingNotice pending) => _queues.Add("place", pending, out _);

    private static PendingNotice Of(string app) =>
        new(AppName.Parse(app), new WaitingNotice("webhook", new Notice { Event = "failed", App = app, At = TimeProvider.System.GetUtcNow() }));
}
