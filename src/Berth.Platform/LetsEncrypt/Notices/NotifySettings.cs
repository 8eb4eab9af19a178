using Berth.Kernel;
using Berth.Platform.Properties;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>Where notices of an app's certificate are sent: its own settings, else those of all apps.</summary>
public sealed class NotifySettings(PropertyStore properties)
{
    internal const string Webhook = "notify-webhook";
    internal const string SmtpHost = "notify-smtp-host";
    internal const string SmtpFrom = "notify-smtp-from";
    internal const string SmtpTo = "notify-smtp-to";
    internal const string SmtpUser = "notify-smtp-user";
    internal const string SmtpPassword = "notify-smtp-password";
    internal const string SmtpTls = "notify-smtp-tls";
    internal const string SmtpTrust = "notify-smtp-trust";

    /// <summary>What <c>letsencrypt:set</c> takes.</summary>
    public static IReadOnlyList<Setting> Settings { get; } =
    [
        new(SmtpFrom) { IsOwn = true, OnlyWhenSet = true, Refuse = EmailAddress.Refuse },
        new(SmtpHost) { IsOwn = true, OnlyWhenSet = true, Refuse = text => SmtpEndpoint.TryParse(text, out _) ? null : SettingProblems.BadValue(SmtpHost, text, "HOST or HOST:PORT") },
        new(SmtpPassword) { IsOwn = true, Secret = true, OnlyWhenSet = true },
        new(SmtpTls) { IsOwn = true, OnlyWhenSet = true, Refuse = text => text is "starttls" or "tls" or "none" ? null : SettingProblems.BadValue(SmtpTls, text, "starttls, tls or none") },
        new(SmtpTo) { IsOwn = true, OnlyWhenSet = true, Refuse = text => Recipients(text).Length == Words(text).Length ? null : SettingProblems.BadValue(SmtpTo, text, "e-mail addresses, commas between them") },
        new(SmtpTrust) { IsOwn = true, OnlyWhenSet = true, Refuse = text => text.StartsWith('/') ? null : SettingProblems.BadValue(SmtpTrust, text, "the full path of a PEM file") },
        new(SmtpUser) { IsOwn = true, OnlyWhenSet = true },
        new(Webhook) { IsOwn = true, Secret = true, OnlyWhenSet = true, Refuse = text => WebUrl.TryParse(text, out _) ? null : SettingProblems.BadValue(Webhook, "****", "an http or https URL") },
    ];

    public Uri? WebhookOf(AppName app) => WebUrl.TryParse(Effective(app, Webhook), out var url) ? url : null;

    /// <returns>Null when no server or no recipient is set.</returns>
    internal SmtpSettings? SmtpOf(AppName app) =>
        SmtpEndpoint.TryParse(Effective(app, SmtpHost), out var server) && Recipients(Effective(app, SmtpTo) ?? "") is { Length: > 0 } to
            ? new SmtpSettings
            {
                Server = server,
                Tls = Effective(app, SmtpTls) ?? (server.Port == 465 ? "tls" : "starttls"),
                From = EmailAddress.TryParse(Effective(app, SmtpFrom), out var from) ? from.Text : $"berth@{Environment.MachineName}",
                To = to,
                User = Effective(app, SmtpUser),
                Password = Effective(app, SmtpPassword),
                TrustFile = Effective(app, SmtpTrust),
            }
            : null;

    private string? Effective(AppName app, string key) =>
        properties.Get(LetsEncryptSettingsStore.Feature, app.Text, key) ?? properties.Get(LetsEncryptSettingsStore.Feature, PropertyStore.Global, key);

    // The files may be written by hand: what is no address never gets into a mail's envelope.
    private static string[] Recipients(string text) => [.. Words(text).Where(word => EmailAddress.TryParse(word, out _))];

    private static string[] Words(string text) =>
        text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
