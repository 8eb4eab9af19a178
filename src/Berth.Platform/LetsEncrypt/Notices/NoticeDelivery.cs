using System.Threading.Channels;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>
/// Sends notices to whoever wants them, one after another and away from the certificates' own work: <c>post-letsencrypt-*</c> triggers of
/// plugins, a webhook, and mail where a person is needed. Each way is tried a few times; a way that is blocked holds up no other.
/// </summary>
public sealed class NoticeDelivery : IDisposable
{
    private const int MostWaiting = 1000;
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1)];
    private static readonly TimeSpan TriggerLimit = TimeSpan.FromMinutes(1);

    private readonly Channel<Notice> _triggers = Waiting();
    private readonly Channel<Notice> _posts = Waiting();
    private readonly Channel<Notice> _mails = Waiting();
    private readonly WebhookSender _webhook = new();
    private readonly NotifySettings _settings;
    private readonly ITriggers _plugins;
    private readonly Func<AppName, CommandOutput> _outputOf;
    private readonly INoticeFaults _faults;
    private readonly TimeProvider _time;

    /// <param name="settings">Who wants them.</param>
    /// <param name="plugins">Fires triggers.</param>
    /// <param name="outputOf">Where a trigger's own output goes.</param>
    /// <param name="faults">Told of what did not get through.</param>
    /// <param name="time">The clock of pauses.</param>
    public NoticeDelivery(
        NotifySettings settings, ITriggers plugins, Func<AppName, CommandOutput> outputOf, INoticeFaults faults, TimeProvider time) =>
        (_settings, _plugins, _outputOf, _faults, _time) = (settings, plugins, outputOf, faults, time);

    /// <summary>Takes a notice to be sent; the oldest waiting go when there are too many.</summary>
    /// <param name="notice">What happened.</param>
    /// <param name="byMail">Whether a person is to be told.</param>
    public void Add(Notice notice, bool byMail)
    {
        var sent = notice with { Host = Environment.MachineName };
        _triggers.Writer.TryWrite(sent);
        _posts.Writer.TryWrite(sent);
        if (byMail)
        {
            _mails.Writer.TryWrite(sent);
        }
    }

    /// <summary>Sends what comes, until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(
        EachAsync(_triggers, "trigger", FireAsync, cancel),
        EachAsync(_posts, "webhook", PostAsync, cancel),
        EachAsync(_mails, "mail", MailAsync, cancel));

    public void Dispose() => _webhook.Dispose();

    private static Channel<Notice> Waiting() =>
        Channel.CreateBounded<Notice>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private async Task EachAsync(Channel<Notice> waiting, string way, Func<AppName, Notice, CancellationToken, Task> send, CancellationToken cancel)
    {
        await foreach (var notice in waiting.Reader.ReadAllAsync(cancel))
        {
            if (AppName.TryParse(notice.App, out var app))
            {
                await TryAsync(app, way, token => send(app, notice, token), cancel);
            }
        }
    }

    private async Task TryAsync(AppName app, string way, Func<CancellationToken, Task> send, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await send(cancel);
                return;
            }
            catch (NoticeException) when (attempt < Pauses.Length)
            {
                await Task.Delay(Pauses[attempt], _time, cancel);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                _faults.NotSent(app, way, Printable.Of(e is ProblemException { Problem.Found: var found } ? found : e.Message, 400));
                return;
            }
        }
    }

    private async Task FireAsync(AppName app, Notice notice, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(TriggerLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        await _plugins.FireAsync(
            TriggerOf(notice),
            [app.Text, string.Join(',', notice.Names), notice.Expires?.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "", notice.Code ?? "", notice.Found ?? ""],
            _outputOf(app),
            either.Token);
    }

    internal static string TriggerOf(Notice notice) => "post-letsencrypt-" + notice.Event;

    private Task PostAsync(AppName app, Notice notice, CancellationToken cancel) =>
        _settings.WebhookOf(app) is { } url ? _webhook.SendAsync(url, notice, cancel) : Task.CompletedTask;

    private Task MailAsync(AppName app, Notice notice, CancellationToken cancel) =>
        _settings.SmtpOf(app) is { } smtp ? MailSender.SendAsync(smtp, notice, _time, cancel) : Task.CompletedTask;
}
