using System.Net;
using System.Net.Sockets;
using Berth.Platform.Properties;
using Berth.TestKit;
using static Berth.Platform.Tests.LetsEncrypt.Notices.NoticeRoom;

namespace Berth.Platform.Tests.LetsEncrypt.Notices;

/// <summary>What does not get through keeps nothing else waiting, but for what would meet the same.</summary>
public sealed class Holding_up_no_other_notice : IDisposable
{
    private readonly NoticeRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task a_webhook_that_does_not_answer_holds_up_no_other_and_no_mail()
    {
        using var dead = new TcpListener(IPAddress.Loopback, 0);
        dead.Start();
        using var well = new TcpListener(IPAddress.Loopback, 0);
        well.Start();
        await using var mail = await MailServer.StartAsync();
        _room.Set("stuck", "notify-webhook", UrlOf(dead));
        _room.Set("well", "notify-webhook", UrlOf(well));
        _room.MailTo(mail, "ops@example.com");
        using var delivery = _room.Delivery();
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);

        for (var i = 0; i < 5; i++)
        {
            Add(delivery, "stuck", byMail: false);
        }

        using var asked = await dead.AcceptTcpClientAsync();
        Add(delivery, "well", byMail: true);

        Assert.Contains("\"app\":\"well\"", await TakePostAsync(well), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Task.FromResult(mail.Mails.Count == 1));
        Assert.False(_room.Faults.Reader.TryRead(out _));

        // Only what was stuck is left, before the end as well as after it.
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(_room.Outbox, "*.json").Length == 5));
        await EndAsync(end, running);
        Assert.Equal(5, Directory.GetFiles(_room.Outbox, "*.json").Length);
    }

    /// <summary>What a place has against one app's notice is no reason for another's to wait.</summary>
    [Fact]
    public async Task one_that_is_refused_holds_up_no_other_apps_at_the_same_place()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        _room.Set(PropertyStore.Global, "notify-webhook", UrlOf(hook));
        using var delivery = _room.Delivery(new TurnedClock());
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);
        Add(delivery, "refused", byMail: false);
        Add(delivery, "refused", byMail: false);
        Assert.Contains("\"app\":\"refused\"", await TakePostAsync(hook, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);

        Add(delivery, "well", byMail: false);

        Assert.Contains("\"app\":\"well\"", await TakePostAsync(hook), StringComparison.Ordinal);
        await Eventually.HasAsync("2 notices are not delivered yet", () => Task.FromResult(delivery.Undelivered() ?? ""));
        await EndAsync(end, running);
    }

    /// <summary>Where nothing gets through, all wait for the same pause: many apps are no storm on it. Another that is set for one of them is tried all the same.</summary>
    [Fact]
    public async Task a_place_that_is_down_is_tried_by_one_at_a_time()
    {
        using var down = new TcpListener(IPAddress.Loopback, 0);
        down.Start();
        using var well = new TcpListener(IPAddress.Loopback, 0);
        well.Start();
        _room.Set(PropertyStore.Global, "notify-webhook", UrlOf(down));
        down.Stop();
        var clock = new TurnedClock();
        using var delivery = _room.Delivery(clock);
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);
        foreach (var app in (string[])["one", "two", "three"])
        {
            Add(delivery, app, byMail: false);
        }

        await Eventually.TrueAsync(() => Task.FromResult(Tried() == 1));

        // What comes has the place looked at again, and there one that is to go elsewhere by now.
        _room.Set("three", "notify-webhook", UrlOf(well));
        Add(delivery, "four", byMail: false);
        Assert.Contains("\"app\":\"three\"", await TakePostAsync(well), StringComparison.Ordinal);
        Assert.Equal(1, Tried());

        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return Task.FromResult(Tried() == 2);
        });
        await EndAsync(end, running);

        int Tried() => Directory.GetFiles(_room.Outbox, "*.json").Count(file => TextOf(file).Contains("\"again\"", StringComparison.Ordinal));

        // One that is delivered just now is gone.
        static string TextOf(string file)
        {
            try
            {
                return File.ReadAllText(file);
            }
            catch (FileNotFoundException)
            {
                return "";
            }
        }
    }

    [Fact]
    public async Task a_notice_that_cannot_be_taken_away_closes_its_place_to_none_after_it()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        _room.Set("hello", "notify-webhook", UrlOf(hook));
        using var delivery = _room.Delivery();
        using var end = new CancellationTokenSource();
        Add(delivery, "hello", byMail: false);
        Directory.Move(_room.Outbox, _room.Outbox + ".aside");
        File.CreateSymbolicLink(_room.Outbox, _room.Outbox);

        var running = delivery.RunAsync(end.Token);
        await TakePostAsync(hook);
        Assert.StartsWith("log: ", await _room.FaultAsync(), StringComparison.Ordinal);
        Assert.StartsWith("log: ", await _room.FaultAsync(), StringComparison.Ordinal);
        File.Delete(_room.Outbox);
        Add(delivery, "hello", byMail: false);

        Assert.Contains("\"app\":\"hello\"", await TakePostAsync(hook), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(_room.Outbox, "*.json").Length == 0));
        await EndAsync(end, running);
    }
}
