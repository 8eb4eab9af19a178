using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Berth.Kernel;
using Berth.TestKit;
using static Berth.Platform.Tests.LetsEncrypt.Notices.NoticeRoom;

namespace Berth.Platform.Tests.LetsEncrypt.Notices;

/// <summary>The ways to people and programs, on real sockets.</summary>
public sealed class Delivering_notices : IDisposable
{
    private readonly NoticeRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task what_was_not_delivered_when_the_daemon_ended_is_delivered_by_the_next()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        _room.Set("hello", "notify-webhook", UrlOf(hook));
        using (var killed = _room.Delivery())
        {
            Add(killed, "hello", byMail: false);
        }

        using var next = _room.Delivery();
        using var end = new CancellationTokenSource();
        next.TakeUp();
        var running = next.RunAsync(end.Token);

        Assert.Contains("\"app\":\"hello\"", await TakePostAsync(hook), StringComparison.Ordinal);
        Assert.Equal("post-letsencrypt-failed hello", await _room.Fired.Reader.ReadAsync());
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(_room.Outbox, "*.json").Length == 0));
        await EndAsync(end, running);
    }

    [Theory]
    [InlineData("outbox/one.json/below")]
    [InlineData("outbox")]
    public async Task what_waits_and_cannot_be_read_is_told_of_and_passed_over(string odd)
    {
        var place = _room.Scratch[$"lib/data/letsencrypt/--global/{odd}"];
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        AtomicFile.Write(place, "odd");
        using var delivery = _room.Delivery();

        delivery.TakeUp();

        Assert.StartsWith("unreadable: ", await _room.Faults.Reader.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_old_notice_is_tried_once_more_and_then_given_up()
    {
        _room.Set("hello", "notify-webhook", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}/"));
        using var delivery = _room.Delivery();
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);

        delivery.Add(AppName.Parse("hello"), Of("hello") with { At = TimeProvider.System.GetUtcNow().AddDays(-2) }, byMail: false);

        Assert.StartsWith("webhook", await _room.Faults.Reader.ReadAsync(), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(_room.Outbox, "*.json").Length == 0));
        await EndAsync(end, running);
    }

    /// <summary>A password that has expired may be mended next week, and what a mail tells needs a person.</summary>
    [Theory]
    [InlineData(6, false)]
    [InlineData(8, true)]
    public async Task a_mail_is_tried_for_a_week(double days, bool isGivenUp)
    {
        _room.Set("hello", "notify-smtp-host", string.Create(CultureInfo.InvariantCulture, $"localhost:{FreePort.Next()}"));
        _room.Set("hello", "notify-smtp-to", "ops@example.com");
        using var delivery = _room.Delivery();
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);

        delivery.Add(AppName.Parse("hello"), Of("hello") with { At = TimeProvider.System.GetUtcNow().AddDays(-days) }, byMail: true);

        await Eventually.TrueAsync(() => Task.FromResult(isGivenUp ? Directory.GetFiles(_room.Outbox, "*.json").Length == 0 : delivery.Undelivered() is not null));
        await EndAsync(end, running);
    }

    [Fact]
    public async Task one_recipient_who_is_refused_does_not_cost_the_others_their_mail()
    {
        await using var mail = await MailServer.StartAsync();
        _room.MailTo(mail, "gone@example.com moved@example.com ops@example.com");
        using var delivery = _room.Delivery();
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);

        Add(delivery, "hello", byMail: true);

        Assert.Contains("not for gone@example.com: 550 ", await _room.Faults.Reader.ReadAsync(), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Task.FromResult(mail.Mails.Count == 1));
        Assert.Contains("X-RcptTo: moved@example.com, ops@example.com", mail.Mails[0], StringComparison.Ordinal);
        await EndAsync(end, running);
    }
}
