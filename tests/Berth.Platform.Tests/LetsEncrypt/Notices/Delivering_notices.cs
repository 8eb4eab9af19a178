using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Notices;
using Berth.Platform.Plugins;
using Berth.Platform.Properties;
using Berth.Storage;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.LetsEncrypt.Notices;

/// <summary>The ways to people and programs, on real sockets.</summary>
public sealed class Delivering_notices : IDisposable, INoticeFaults, ITriggers
{
    private readonly ScratchFolder _scratch = new();
    private readonly FileStateStore _store;
    private readonly PropertyStore _properties;
    private readonly Channel<string> _faults = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _fired = Channel.CreateUnbounded<string>();

    public Delivering_notices()
    {
        _store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        _properties = new PropertyStore(_store, TimeProvider.System);
    }

    private string Outbox => _scratch["lib/data/letsencrypt/--global/outbox"];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task a_webhook_that_does_not_answer_holds_up_no_other_and_no_mail()
    {
        using var dead = new TcpListener(IPAddress.Loopback, 0);
        dead.Start();
        using var well = new TcpListener(IPAddress.Loopback, 0);
        well.Start();
        await using var mail = await MailServer.StartAsync();
        Set("stuck", "notify-webhook", UrlOf(dead));
        Set("well", "notify-webhook", UrlOf(well));
        MailTo(mail, "ops@example.com");
        using var delivery = Delivery();
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
        Assert.False(_faults.Reader.TryRead(out _));

        // Only what was stuck is left, before the end as well as after it.
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(Outbox, "*.json").Length == 5));
        await EndAsync(end, running);
        Assert.Equal(5, Directory.GetFiles(Outbox, "*.json").Length);
    }

    /// <summary>Its owner has mended it by that, and waits for no pause; until then all that wait are counted.</summary>
    [Fact]
    public async Task another_place_that_is_set_is_tried_in_the_middle_of_a_pause()
    {
        using var well = new TcpListener(IPAddress.Loopback, 0);
        well.Start();
        Set("hello", "notify-webhook", $"http://127.0.0.1:{FreePort.Next()}/");
        var clock = new TurnedClock();
        using var delivery = Delivery(clock);
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);
        Add(delivery, "hello", byMail: false);
        Add(delivery, "hello", byMail: false);
        await Eventually.HasAsync("2 notices are not delivered yet", () => Task.FromResult(delivery.Undelivered() ?? ""));
        Assert.Matches("; tried again at 20.* UTC$", delivery.Undelivered());
        var place = Path.Combine(Outbox, Path.GetFileName(Directory.GetFiles(Outbox, "*.json").Order(StringComparer.Ordinal).First()));
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

        Set("hello", "notify-webhook", UrlOf(well));
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

    /// <summary>What a place has against one app's notice is no reason for another's to wait.</summary>
    [Fact]
    public async Task one_that_is_refused_holds_up_no_other_apps_at_the_same_place()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        Set(PropertyStore.Global, "notify-webhook", UrlOf(hook));
        using var delivery = Delivery(new TurnedClock());
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

    [Fact]
    public async Task a_setting_that_cannot_be_read_for_a_moment_costs_no_notice()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        Set("hello", "notify-webhook", $"http://127.0.0.1:{FreePort.Next()}/");
        using var delivery = Delivery();
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);
        Add(delivery, "hello", byMail: false);
        await Eventually.HasAsync("is not delivered yet", () => Task.FromResult(delivery.Undelivered() ?? ""));
        var setting = _scratch["lib/config/letsencrypt/hello/notify-webhook"];
        File.Delete(setting);
        Directory.CreateDirectory(setting);
        await Eventually.HasAsync("notify-webhook", () => Task.FromResult(delivery.Undelivered() ?? ""));

        Directory.Delete(setting);
        Set("hello", "notify-webhook", UrlOf(hook));

        Assert.Contains("\"app\":\"hello\"", await TakePostAsync(hook), StringComparison.Ordinal);
        await EndAsync(end, running);
    }

    [Fact]
    public async Task what_was_not_delivered_when_the_daemon_ended_is_delivered_by_the_next()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        Set("hello", "notify-webhook", UrlOf(hook));
        using (var killed = Delivery())
        {
            Add(killed, "hello", byMail: false);
        }

        using var next = Delivery();
        using var end = new CancellationTokenSource();
        next.TakeUp();
        var running = next.RunAsync(end.Token);

        Assert.Contains("\"app\":\"hello\"", await TakePostAsync(hook), StringComparison.Ordinal);
        Assert.Equal("post-letsencrypt-failed hello", await _fired.Reader.ReadAsync());
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(Outbox, "*.json").Length == 0));
        await EndAsync(end, running);
    }

    [Theory]
    [InlineData("outbox/one.json/below")]
    [InlineData("outbox")]
    public async Task what_waits_and_cannot_be_read_is_told_of_and_passed_over(string odd)
    {
        var place = _scratch[$"lib/data/letsencrypt/--global/{odd}"];
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        AtomicFile.Write(place, "odd");
        using var delivery = Delivery();

        delivery.TakeUp();

        Assert.StartsWith("unreadable: ", await _faults.Reader.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_old_notice_is_tried_once_more_and_then_given_up()
    {
        Set("hello", "notify-webhook", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}/"));
        using var delivery = Delivery();
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);

        delivery.Add(AppName.Parse("hello"), Of("hello") with { At = TimeProvider.System.GetUtcNow().AddDays(-2) }, byMail: false);

        Assert.StartsWith("webhook", await _faults.Reader.ReadAsync(), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(Outbox, "*.json").Length == 0));
        await EndAsync(end, running);
    }

    [Fact]
    public async Task one_recipient_who_is_refused_does_not_cost_the_others_their_mail()
    {
        await using var mail = await MailServer.StartAsync();
        MailTo(mail, "gone@example.com moved@example.com ops@example.com");
        using var delivery = Delivery();
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);

        Add(delivery, "hello", byMail: true);

        Assert.Contains("not for gone@example.com: 550 ", await _faults.Reader.ReadAsync(), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Task.FromResult(mail.Mails.Count == 1));
        Assert.Contains("X-RcptTo: moved@example.com, ops@example.com", mail.Mails[0], StringComparison.Ordinal);
        await EndAsync(end, running);
    }

    [Fact]
    public async Task a_setting_that_cannot_be_read_keeps_no_other_notice_from_being_sent()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        Set("torn", "notify-webhook", UrlOf(hook));
        Set("well", "notify-webhook", UrlOf(hook));
        using var delivery = Delivery();
        using var end = new CancellationTokenSource();
        Add(delivery, "torn", byMail: false);
        var setting = _scratch["lib/config/letsencrypt/torn/notify-webhook"];
        File.Delete(setting);
        Directory.CreateDirectory(setting);

        var running = delivery.RunAsync(end.Token);
        Add(delivery, "well", byMail: false);

        Assert.Contains("\"app\":\"well\"", await TakePostAsync(hook), StringComparison.Ordinal);
        await Eventually.HasAsync("1 notice is not delivered yet", () => Task.FromResult(delivery.Undelivered() ?? ""));

        Directory.Delete(setting);
        Set("torn", "notify-webhook", UrlOf(hook));
        Assert.Contains("\"app\":\"torn\"", await TakePostAsync(hook), StringComparison.Ordinal);
        await EndAsync(end, running);
    }

    /// <summary>Nobody can tell then whether it is wanted: it is kept until that can be told.</summary>
    [Fact]
    public async Task a_notice_that_comes_while_a_setting_cannot_be_read_is_sent_once_it_can()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        var setting = _scratch["lib/config/letsencrypt/torn/notify-webhook"];
        Directory.CreateDirectory(setting);
        using var delivery = Delivery();
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);
        Add(delivery, "torn", byMail: true);
        await Eventually.HasAsync("1 notice is not delivered yet", () => Task.FromResult(delivery.Undelivered() ?? ""));

        Directory.Delete(setting);
        Set("torn", "notify-webhook", UrlOf(hook));

        Assert.Contains("\"app\":\"torn\"", await TakePostAsync(hook), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(Outbox, "*.json").Length == 0));
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
        Set(PropertyStore.Global, "notify-webhook", UrlOf(down));
        down.Stop();
        var clock = new TurnedClock();
        using var delivery = Delivery(clock);
        using var end = new CancellationTokenSource();
        var running = delivery.RunAsync(end.Token);
        foreach (var app in (string[])["one", "two", "three"])
        {
            Add(delivery, app, byMail: false);
        }

        await Eventually.TrueAsync(() => Task.FromResult(Tried() == 1));

        // What comes has the place looked at again, and there one that is to go elsewhere by now.
        Set("three", "notify-webhook", UrlOf(well));
        Add(delivery, "four", byMail: false);
        Assert.Contains("\"app\":\"three\"", await TakePostAsync(well), StringComparison.Ordinal);
        Assert.Equal(1, Tried());

        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return Task.FromResult(Tried() == 2);
        });
        await EndAsync(end, running);

        int Tried() => Directory.GetFiles(Outbox, "*.json").Count(file => File.ReadAllText(file).Contains("\"again\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task a_notice_that_cannot_be_taken_away_closes_its_place_to_none_after_it()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        Set("hello", "notify-webhook", UrlOf(hook));
        using var delivery = Delivery();
        using var end = new CancellationTokenSource();
        Add(delivery, "hello", byMail: false);
        Directory.Move(Outbox, Outbox + ".aside");
        File.CreateSymbolicLink(Outbox, Outbox);

        var running = delivery.RunAsync(end.Token);
        await TakePostAsync(hook);
        Assert.StartsWith("log: ", await FaultAsync(), StringComparison.Ordinal);
        Assert.StartsWith("log: ", await FaultAsync(), StringComparison.Ordinal);
        File.Delete(Outbox);
        Add(delivery, "hello", byMail: false);

        Assert.Contains("\"app\":\"hello\"", await TakePostAsync(hook), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(Outbox, "*.json").Length == 0));
        await EndAsync(end, running);
    }

    void INoticeFaults.Unreadable(string reason) => _faults.Writer.TryWrite($"unreadable: {reason}");

    void INoticeFaults.NotSent(AppName app, string way, string reason) => _faults.Writer.TryWrite($"{way}: {reason}");

    Task ITriggers.FireAsync(string trigger, IReadOnlyList<string> arguments, CommandOutput output, CancellationToken cancel)
    {
        _fired.Writer.TryWrite($"{trigger} {arguments[0]}");
        return Task.CompletedTask;
    }

    private async Task<string> FaultAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        return await _faults.Reader.ReadAsync(limit.Token);
    }

    private NoticeDelivery Delivery(TimeProvider? time = null) => new(new NotifySettings(_properties), _store, this, _ => null!, this, time ?? TimeProvider.System);

    private void Set(string scope, string key, string value) => _properties.Set(LetsEncryptSettingsStore.Feature, scope, key, value);

    private void MailTo(MailServer mail, string recipients)
    {
        Set(PropertyStore.Global, "notify-smtp-host", "localhost:" + mail.Port.ToString(CultureInfo.InvariantCulture));
        Set(PropertyStore.Global, "notify-smtp-to", recipients);
        Set(PropertyStore.Global, "notify-smtp-from", "berth@example.com");
        Set(PropertyStore.Global, "notify-smtp-trust", mail.CertificateFile);
    }

    private static void Add(NoticeDelivery delivery, string app, bool byMail) => delivery.Add(AppName.Parse(app), Of(app), byMail);

    private static Notice Of(string app) => new() { Event = "failed", App = app, At = TimeProvider.System.GetUtcNow(), Found = "It failed." };

    private static string UrlOf(TcpListener listener) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    private static async Task<string> TakePostAsync(TcpListener listener, string answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var client = await listener.AcceptTcpClientAsync(limit.Token);
        var stream = client.GetStream();
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().EndsWith('}'))
        {
            var read = await stream.ReadAsync(buffer, limit.Token);
            Assert.NotEqual(0, read);
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), limit.Token);
        return text.ToString();
    }

    private static async Task EndAsync(CancellationTokenSource end, Task running)
    {
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private sealed class TurnedClock() : FakeTimeProvider(System.GetUtcNow())
    {
        public TimeSpan Behind { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - Behind;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;
    }
}
