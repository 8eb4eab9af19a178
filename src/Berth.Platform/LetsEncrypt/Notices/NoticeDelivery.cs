using System.Globalization;
using System.Threading.Channels;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.Plugins;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>
/// Sends notices to whoever wants them, away from the certificates' own work: <c>post-letsencrypt-*</c> triggers of plugins, a webhook, and
/// mail where a person is needed. What is to be sent is on disk before anything else, and is tried for a day, a mail for a week, each at least
/// once; what goes to one place goes in turn, and a place that does not answer holds up no other.
/// </summary>
public sealed class NoticeDelivery : IDisposable
{
    private const string Trigger = "trigger";
    private const string Webhook = "webhook";
    private const string Mail = "mail";

    // Settings by which it goes to nobody.
    private const string Nobody = "";

    // Of very many that wait, so many are looked at for other settings.
    private const int MostLookedAt = 100;

    // An hour apart at last; whatever the clock does meanwhile.
    private static readonly (TimeSpan Longest, int Attempts) News = (TimeSpan.FromDays(1), 30);
    private static readonly (TimeSpan Longest, int Attempts) MailNews = (TimeSpan.FromDays(7), 175);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TriggerLimit = TimeSpan.FromMinutes(1);

    private readonly Channel<WaitingNotice> _arrived = Channel.CreateUnbounded<WaitingNotice>();
    private readonly NoticeQueues _queues = new();
    private readonly WebhookSender _webhook = new();
    private readonly NotifySettings _settings;
    private readonly Outbox _outbox;
    private readonly ITriggers _plugins;
    private readonly Func<AppName, CommandOutput> _outputOf;
    private readonly INoticeFaults _faults;
    private readonly TimeProvider _time;

    /// <param name="settings">Who wants them.</param>
    /// <param name="store">Keeps them until they are delivered.</param>
    /// <param name="plugins">Fires triggers.</param>
    /// <param name="outputOf">Where a trigger's own output goes.</param>
    /// <param name="faults">Told of what did not get through.</param>
    /// <param name="time">The clock of pauses.</param>
    public NoticeDelivery(
        NotifySettings settings, IStateStore store, ITriggers plugins, Func<AppName, CommandOutput> outputOf, INoticeFaults faults, TimeProvider time) =>
        (_settings, _outbox, _plugins, _outputOf, _faults, _time) = (settings, new Outbox(store, time), plugins, outputOf, faults, time);

    /// <summary>Takes a notice to be sent: where anybody wants it, it is on disk when this returns.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="notice">What happened.</param>
    /// <param name="byMail">Whether a person is to be told.</param>
    public void Add(AppName app, Notice notice, bool byMail)
    {
        var sent = notice with { Host = Environment.MachineName };
        if (_plugins.MayBeHandled(TriggerOf(notice)))
        {
            Keep(app, new WaitingNotice(Trigger, sent));
        }
        else if (_plugins.AreLogged)
        {
            // Fired for the log alone.
            _arrived.Writer.TryWrite(new WaitingNotice(Trigger, sent));
        }

        foreach (var waiting in Ways(byMail).Select(way => new WaitingNotice(way, sent)).Where(waiting => SettingsOf(app, waiting.Way) != Nobody))
        {
            Keep(app, waiting);
        }
    }

    /// <summary>Whether somebody is told by mail, or may be once the settings can be read.</summary>
    internal bool IsMailWanted(AppName app) => SettingsOf(app, Mail) != Nobody;

    /// <summary>Sends what an earlier daemon left and what comes, until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var deliveries = new List<Task>();
        try
        {
            await foreach (var waiting in _arrived.Reader.ReadAllAsync(cancel))
            {
                deliveries.RemoveAll(delivery => delivery.IsCompleted);
                if (AppName.TryParse(waiting.Notice.App, out var app) && TakePlace(app, waiting) is { } place && Queue(app, place, waiting))
                {
                    deliveries.Add(Task.Run(() => DeliverAsync(place, cancel), cancel));
                }
            }
        }
        finally
        {
            await Task.WhenAll(deliveries).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Takes up what an earlier daemon left; before <see cref="RunAsync"/>, and once.</summary>
    public void TakeUp()
    {
        foreach (var waiting in _outbox.All(_faults.Unreadable))
        {
            _arrived.Writer.TryWrite(waiting);
        }
    }

    /// <summary>What was tried and has not got through so far, with all that waits for its turn, in a sentence; null where there is nothing of the kind.</summary>
    public string? Undelivered()
    {
        var all = _outbox.All(static _ => { });
        if (all.FirstOrDefault(waiting => waiting.Failed is not null) is not { Failed: { } failed } oldest)
        {
            return null;
        }

        var count = all.Count == 1 ? "1 notice is" : $"{all.Count} notices are";
        var again = oldest.Again is { } at ? $"; tried again at {Holds.Time(at)}" : "";
        return $"{count} not delivered yet, the oldest that was tried of {Holds.Time(oldest.Notice.At)} ({oldest.Way}, for {Printable.Of(oldest.Notice.App)}): "
            + $"{Printable.Of(failed, 400).TrimEnd('.')}{again}";
    }

    public void Dispose() => _webhook.Dispose();

    private void Keep(AppName app, WaitingNotice waiting)
    {
        try
        {
            waiting = _outbox.Add(waiting);
        }
        catch (ProblemException e)
        {
            // What cannot be written down is sent all the same: a full disk is when it matters.
            _faults.NotSent(app, "log", e.Problem.Found);
        }

        _arrived.Writer.TryWrite(waiting);
    }

    private static string[] Ways(bool byMail) => byMail ? [Webhook, Mail] : [Webhook];

    /// <returns>Null where nobody wants it any more; where that cannot be told it waits in a place of its app's own until it can.</returns>
    private string? TakePlace(AppName app, WaitingNotice waiting)
    {
        var settings = SettingsOf(app, waiting.Way);
        if (settings == Nobody)
        {
            Remove(app, waiting);
            return null;
        }

        return settings ?? $"{waiting.Way} of {app}";
    }

    // All that it is sent with: another app's password may be another.
    private string? PlaceOf(AppName app, string way) => way switch
    {
        Webhook => _settings.WebhookOf(app) is { } url ? $"{Webhook} {url}" : null,
        Mail => _settings.SmtpOf(app) is { } smtp ? string.Join(' ', [Mail, smtp, .. smtp.To, smtp.Tls, smtp.From, smtp.User, smtp.Password, smtp.TrustFile]) : null,
        Trigger => Trigger,
        _ => null,
    };

    // What cannot be taken away is sent once more by the next daemon: no reason to send nothing else.
    private void Remove(AppName app, WaitingNotice waiting)
    {
        try
        {
            _outbox.Remove(waiting);
        }
        catch (ProblemException e)
        {
            _faults.NotSent(app, "log", e.Problem.Found);
        }
    }

    /// <returns>Whether somebody must begin to deliver there.</returns>
    private bool Queue(AppName app, string place, WaitingNotice waiting)
    {
        var isNew = _queues.Add(place, new PendingNotice(app, waiting), out var givenUp);
        if (givenUp is not null)
        {
            Remove(givenUp.App, givenUp.Waiting);
            _faults.NotSent(givenUp.App, waiting.Way, "too many are waiting; the oldest was given up");
        }

        return isNew;
    }

    // One at a time; what was refused makes room for other apps' until it is tried again, and where nothing gets through all wait.
    private async Task DeliverAsync(string place, CancellationToken cancel)
    {
        while (_queues.HeadsOf(place, out var more) is { } heads)
        {
            cancel.ThrowIfCancellationRequested();
            var left = LeftOf(heads);
            if ((left > TimeSpan.Zero ? heads.Take(MostLookedAt).FirstOrDefault(head => IsSetAnew(head, place)) : heads.Where(IsTime).MinBy(head => head.TriedAt)) is not { } next)
            {
                await Task.WhenAny(Task.Delay(left < Look ? left : Look, _time, cancel), more);
            }
            else if (_queues.Begin(place, next))
            {
                await DeliverAsync(place, next, cancel);
            }
        }
    }

    private async Task DeliverAsync(string place, PendingNotice next, CancellationToken cancel)
    {
        var isOver = await TryAsync(place, next, cancel);
        _queues.End(place, next, isOver);
        if (isOver)
        {
            Remove(next.App, next.Waiting);
        }
    }

    private TimeSpan LeftOf(IReadOnlyList<PendingNotice> heads) =>
        heads.Where(head => head.HoldsPlace).Select(head => head.Left(_time)).DefaultIfEmpty().Max() is var held && held > TimeSpan.Zero ? held : heads.Min(head => head.Left(_time));

    private bool IsTime(PendingNotice pending) => pending.Left(_time) <= TimeSpan.Zero;

    // Whoever sets anything of it anew, be it while it is tried, has mended it.
    private bool IsSetAnew(PendingNotice pending, string place) => SettingsOf(pending.App, pending.Waiting.Way) is { } now && now != (pending.Failures == 0 ? place : pending.Tried);

    /// <returns>Whether it is over: delivered, or given up.</returns>
    private async Task<bool> TryAsync(string place, PendingNotice pending, CancellationToken cancel)
    {
        var (app, waiting) = (pending.App, pending.Waiting);
        pending.Tried = SettingsOf(app, waiting.Way);
        var news = waiting.Way == Mail ? MailNews : News;
        try
        {
            await SendAsync(app, waiting, cancel);
            return true;
        }
        catch (Exception e) when (IsPassing(e, waiting) && pending.Failures + 1 < news.Attempts && (_time.GetUtcNow() - waiting.Notice.At).Duration() < news.Longest)
        {
            pending.Failed(WordsOf(e), e is NoticeException { IsOfPlace: true } && pending.Tried == place, _time);
            Update(app, pending.Waiting);
            if (pending.IsToBeToldOf)
            {
                _faults.NotSent(app, waiting.Way, $"{WordsOf(e)}; it is tried again for a {(waiting.Way == Mail ? "week" : "day")}");
            }

            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            _faults.NotSent(app, waiting.Way, WordsOf(e));
            return true;
        }
    }

    // Settings that cannot be read say nothing of who wants it.
    private static bool IsPassing(Exception failure, WaitingNotice waiting) => failure is NoticeException || (failure is ProblemException && waiting.Way != Trigger);

    private static string WordsOf(Exception failure) => Printable.Of(failure is ProblemException { Problem.Found: var found } ? found : failure.Message, 400);

    // Null where they cannot be read, which says nothing of who wants it.
    private string? SettingsOf(AppName app, string way)
    {
        try
        {
            return PlaceOf(app, way) ?? Nobody;
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    private void Update(AppName app, WaitingNotice waiting)
    {
        try
        {
            _outbox.Update(waiting);
        }
        catch (ProblemException e)
        {
            _faults.NotSent(app, "log", e.Problem.Found);
        }
    }

    private Task SendAsync(AppName app, WaitingNotice waiting, CancellationToken cancel) => waiting.Way switch
    {
        Webhook => _settings.WebhookOf(app) is { } url ? _webhook.SendAsync(url, waiting.Notice, cancel) : Task.CompletedTask,
        Mail => _settings.SmtpOf(app) is { } smtp ? MailAsync(app, smtp, waiting.Notice, cancel) : Task.CompletedTask,
        _ => FireAsync(app, waiting.Notice, cancel),
    };

    private async Task MailAsync(AppName app, SmtpSettings smtp, Notice notice, CancellationToken cancel)
    {
        foreach (var refused in await MailSender.SendAsync(smtp, notice, _time, cancel))
        {
            _faults.NotSent(app, Mail, refused);
        }
    }

    private async Task FireAsync(AppName app, Notice notice, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(TriggerLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        await _plugins.FireAsync(
            TriggerOf(notice),
            [app.Text, string.Join(',', notice.Names), notice.Expires?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) ?? "", notice.Code ?? "", notice.Found ?? ""],
            _outputOf(app),
            either.Token);
    }

    internal static string TriggerOf(Notice notice) => "post-letsencrypt-" + notice.Event;
}
