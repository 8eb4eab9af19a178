using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Berth.TestKit;
using static Berth.Platform.Tests.LetsEncrypt.Notices.NoticeRoom;

namespace Berth.Platform.Tests.LetsEncrypt.Notices;

/// <summary>Who wants a notice is read when it comes, and each time it is tried: it may be set anew meanwhile, or be unreadable for a moment.</summary>
public sealed class Heeding_settings_of_notices : IDisposable
{
    private readonly NoticeRoom _room = new();

    public void Dispose() => _room.Dispose();

    /// <summary>Its owner has mended it by that, and waits for no pause; until then all that wait are counted.</summary>
    [Fact]
    public async Task another_place_that_is_set_is_tried_in_the_middle_of_a_pause()
    {
        using var well = new TcpListener(IPAddress.Loopback, 0);
        well.Start();
        _room.Set("hello", "notify-webhook", $"http://127.0.0.1:{FreePort.Next()}/");
        var clock = new TurnedClock();
        using var delivery = _room.Delivery(clock);
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);
        Add(delivery, "hello", byMail: false);
        Add(delivery, "hello", byMail: false);
        await Eventually.HasAsync("2 notices are not delivered yet", () => Task.FromResult(delivery.Undelivered() ?? ""));
        Assert.Matches("; tried again at 20.* UTC$", delivery.Undelivered());
        var place = Path.Combine(_room.Outbox, Path.GetFileName(Directory.GetFiles(_room.Outbox, "*.json").Order(StringComparer.Ordinal).First()));
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(JsonNode.Parse(File.ReadAllText(place))!["again"] is { } again && again.GetValue<DateTimeOffset>() > clock.GetUtcNow().AddMinutes(9));
        });

        // An hour that a clock is set back is no part of a pause.
        var before = File.ReadAllText(place);
        clock.Behind = TimeSpan.FromHours(1);
        var left = 15 * 60;
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            Assert.InRange(left -= 5, 0, 15 * 60);
            return Task.FromResult(File.ReadAllText(place) != before);
        });

        _room.Set("hello", "notify-webhook", UrlOf(well));
        var post = TakePostAsync(well);
        for (var seconds = 0; !post.IsCompleted; seconds++)
        {
            Assert.InRange(seconds, 0, 60);
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(post, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
        }

        Assert.Contains("\"app\":\"hello\"", await post, StringComparison.Ordinal);
        await EndAsync(end, running);
    }

    [Fact]
    public async Task a_setting_that_cannot_be_read_for_a_moment_costs_no_notice()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        _room.Set("hello", "notify-webhook", $"http://127.0.0.1:{FreePort.Next()}/");
        using var delivery = _room.Delivery();
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);
        Add(delivery, "hello", byMail: false);
        await Eventually.HasAsync("is not delivered yet", () => Task.FromResult(delivery.Undelivered() ?? ""));
        _room.Tear("hello", "notify-webhook");
        await Eventually.HasAsync("notify-webhook", () => Task.FromResult(delivery.Undelivered() ?? ""));

        _room.Set("hello", "notify-webhook", UrlOf(hook));

        Assert.Contains("\"app\":\"hello\"", await TakePostAsync(hook), StringComparison.Ordinal);
        await EndAsync(end, running);
    }

    [Fact]
    public async Task a_setting_that_cannot_be_read_keeps_no_other_notice_from_being_sent()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        _room.Set("torn", "notify-webhook", UrlOf(hook));
        _room.Set("well", "notify-webhook", UrlOf(hook));
        using var delivery = _room.Delivery();
        using var end = new CancellationTokenSource();
        Add(delivery, "torn", byMail: false);
        _room.Tear("torn", "notify-webhook");

        var running = delivery.RunAsync(end.Token);
        Add(delivery, "well", byMail: false);

        Assert.Contains("\"app\":\"well\"", await TakePostAsync(hook), StringComparison.Ordinal);
        await Eventually.HasAsync("1 notice is not delivered yet", () => Task.FromResult(delivery.Undelivered() ?? ""));

        _room.Set("torn", "notify-webhook", UrlOf(hook));
        Assert.Contains("\"app\":\"torn\"", await TakePostAsync(hook), StringComparison.Ordinal);
        await EndAsync(end, running);
    }

    /// <summary>Nobody can tell then whether it is wanted: it is kept until that can be told.</summary>
    [Fact]
    public async Task a_notice_that_comes_while_a_setting_cannot_be_read_is_sent_once_it_can()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        _room.Tear("torn", "notify-webhook");
        using var delivery = _room.Delivery();
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);
        Add(delivery, "torn", byMail: true);
        await Eventually.HasAsync("1 notice is not delivered yet", () => Task.FromResult(delivery.Undelivered() ?? ""));

        _room.Set("torn", "notify-webhook", UrlOf(hook));

        Assert.Contains("\"app\":\"torn\"", await TakePostAsync(hook), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(_room.Outbox, "*.json").Length == 0));
        await EndAsync(end, running);
    }
}
