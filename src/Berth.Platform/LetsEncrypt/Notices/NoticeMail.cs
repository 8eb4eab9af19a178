using System.Globalization;
using System.Text;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>What a mail about a certificate says.</summary>
internal static class NoticeMail
{
    internal static string Subject(Notice notice) => $"[{notice.Host}] {Matter(notice)}: {notice.App}";

    private static string Matter(Notice notice) => notice.Event != "expiring" ? "Certificate needs you"
        : notice.Expires <= notice.At ? "Certificate has expired"
        : "Certificate expires soon";

    internal static string Body(Notice notice)
    {
        var text = new StringBuilder();
        text.AppendLine(Sentences.Ended(notice.Sentence));
        Add(text, "\nWhat to do: ", notice.Remedy);
        text.AppendLine();
        Add(text, "Server:       ", notice.Host);
        Add(text, "App:          ", notice.App);
        Add(text, "Found:        ", Spoken(notice.At));
        Add(text, "Names:        ", notice.Names.Count > 0 ? string.Join(", ", notice.Names) : null);
        Add(text, "Expires:      ", Spoken(notice.Expires));
        Add(text, "Next attempt: ", Spoken(notice.NextAttempt));
        Add(text, "Problem code: ", notice.Code);
        text.AppendLine($"\nMore: `berth letsencrypt:status {notice.App}`, `berth letsencrypt:check {notice.App}`, `berth letsencrypt:events {notice.App}`");
        return text.ToString();
    }

    private static void Add(StringBuilder text, string label, string? value)
    {
        if (value is { Length: > 0 })
        {
            text.AppendLine(label + value);
        }
    }

    private static string? Spoken(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
