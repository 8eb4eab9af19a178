using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Notices;
using Berth.Platform.Plugins;
using Berth.Platform.Properties;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt.Notices;

/// <summary>What sends notices, on files in a scratch folder; and who hears of them.</summary>
internal sealed class NoticeRoom : IDisposable, INoticeFaults, ITriggers
{
    private readonly FileStateStore _store;
    private readonly PropertyStore _properties;

    public NoticeRoom()
    {
        _store = new FileStateStore(new StateRoots(Scratch["home"], Scratch["lib"]), TimeProvider.System);
        _properties = new PropertyStore(_store, TimeProvider.System);
    }

    public ScratchFolder Scratch { get; } = new();

    public Channel<string> Faults { get; } = Channel.CreateUnbounded<string>();

    public Channel<string> Fired { get; } = Channel.CreateUnbounded<string>();

    public string Outbox => Scratch["lib/data/letsencrypt/--global/outbox"];

    public void Dispose() => Scratch.Dispose();

    void INoticeFaults.Unreadable(string reason) => Faults.Writer.TryWrite($"unreadable: {reason}");

    void INoticeFaults.NotSent(AppName app, string way, string reason) => Faults.Writer.TryWrite($"{way}: {reason}");

    Task ITriggers.FireAsync(string trigger, IReadOnlyList<string> arguments, CommandOutput output, CancellationToken cancel)
    {
        Fired.Writer.TryWrite($"{trigger} {arguments[0]}");
        return Task.CompletedTask;
    }

    public async Task<string> FaultAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        return await Faults.Reader.ReadAsync(limit.Token);
    }

    public NoticeDelivery Delivery(TimeProvider? time = null) => new(new NotifySettings(_properties), _store, this, _ => null!, this, time ?? TimeProvider.System);

    public void Set(string scope, string key, string value) => _properties.Set(LetsEncryptSettingsStore.Feature, scope, key, value);

    /// <summary>Makes a setting unreadable, from one moment to the next as <see cref="Set"/> mends it: one that is not there for a moment is one that nobody wants.</summary>
    public void Tear(string scope, string key)
    {
        var setting = Scratch[$"lib/config/letsencrypt/{scope}/{key}"];
        Directory.CreateDirectory(Path.GetDirectoryName(setting)!);
        File.CreateSymbolicLink(Scratch["torn"], setting);
        File.Move(Scratch["torn"], setting, overwrite: true);
    }

    public void MailTo(MailServer mail, string recipients)
    {
        Set(PropertyStore.Global, "notify-smtp-host", "localhost:" + mail.Port.ToString(CultureInfo.InvariantCulture));
        Set(PropertyStore.Global, "notify-smtp-to", recipients);
        Set(PropertyStore.Global, "notify-smtp-from", "berth@example.com");
        Set(PropertyStore.Global, "notify-smtp-trust", mail.CertificateFile);
    }

    public static void Add(NoticeDelivery delivery, string app, bool byMail) => delivery.Add(AppName.Parse(app), Of(app), byMail);

    public static Notice Of(string app) => new() { Event = "failed", App = app, At = TimeProvider.System.GetUtcNow(), Found = "It failed." };

    public static string UrlOf(TcpListener listener) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    public static async Task<string> TakePostAsync(TcpListener listener, string answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
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

    public static async Task EndAsync(CancellationTokenSource end, Task running)
    {
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
