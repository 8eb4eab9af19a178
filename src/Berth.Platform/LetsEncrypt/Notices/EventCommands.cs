using System.Globalization;
using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary><c>letsencrypt:events</c>.</summary>
public sealed class EventCommands(NoticeLog log, NoticeDelivery delivery, AppCatalog apps)
{
    private const int Shown = 100;

    public IEnumerable<Command> All =>
    [
        new("letsencrypt:events", "[<app>] [--format json]", "Show what has happened to certificates, the newest last", ShowAsync),
    ];

    private Task<int> ShowAsync(CommandCall call)
    {
        log.Look();
        var words = call.Parse([], ["--format"]);
        var app = words.AtMost(1).At(0) is { } word ? Find(word) : null;
        var json = ReportRequest.IsJson(words.Value("--format"));
        foreach (var notice in log.Last(app, Shown))
        {
            call.Output.Line(json ? JsonSerializer.Serialize(AsCalled(notice, call.Caller), NoticeJson.Default.Notice) : call.Caller.AsCalled(LineOf(notice)));
        }

        if (delivery.Undelivered() is { } undelivered)
        {
            call.Output.Warn(Sentences.Ended(undelivered));
        }

        return Task.FromResult(0);
    }

    // What happened before an app was renamed or destroyed stays under its name.
    private AppName Find(string word) => AppName.TryParse(word, out var app) && log.Last(app, 1).Count > 0 ? app : apps.Find(word);

    private static Notice AsCalled(Notice notice, Caller caller) => notice with
    {
        Found = notice.Found is { } found ? caller.AsCalled(found) : null,
        Remedy = notice.Remedy is { } remedy ? caller.AsCalled(remedy) : null,
    };

    private static string LineOf(Notice notice)
    {
        var next = notice.NextAttempt is { } at ? $" Next attempt: {Spoken(at)}." : "";
        var expires = notice.Expires is { } end ? $" Expires: {Spoken(end)}." : "";
        return Printable.Of($"{Spoken(notice.At)}  {notice.Event,-11} {Sentences.Ended(notice.Sentence)}{expires}{next}", 2000);
    }

    private static string Spoken(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
