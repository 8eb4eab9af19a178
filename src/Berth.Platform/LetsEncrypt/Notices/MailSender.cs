using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>Hands one mail over to a mail server (RFC 6409), encrypted unless its owner says otherwise; never falls back to plain text.</summary>
internal static class MailSender
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <returns>The recipients it was not taken for, each with the server's words; others have it.</returns>
    /// <exception cref="NoticeException">It was taken for none; the words hold no secret.</exception>
    internal static async Task<IReadOnlyList<string>> SendAsync(SmtpSettings settings, Notice notice, TimeProvider time, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        var isOpen = false;
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(settings.Server.Host, settings.Server.Port, either.Token);
            await using var dialogue = new SmtpDialogue(client.GetStream());
            await OpenAsync(dialogue, settings, either.Token);
            isOpen = true;
            return await HandOverAsync(dialogue, settings, Message(settings, notice, time), either.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or AuthenticationException or CryptographicException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            var words = e is OperationCanceledException ? "it took too long" : Printable.Of(NetworkFault.Of(e), 300);
            throw new NoticeException($"{settings}: {Scrubbed(words, settings)}", e) { IsOfPlace = !isOpen };
        }
    }

    private static async Task OpenAsync(SmtpDialogue dialogue, SmtpSettings settings, CancellationToken cancel)
    {
        if (settings.Tls == "tls")
        {
            await dialogue.SecureAsync(TlsOf(settings), cancel);
        }

        await dialogue.ExpectAsync(220, cancel);
        var offers = await GreetAsync(dialogue, cancel);
        // The setting's file may be written by hand: what is not understood is encrypted.
        if (settings.Tls is not ("tls" or "none"))
        {
            if (!offers.Contains("STARTTLS", StringComparison.OrdinalIgnoreCase))
            {
                throw new IOException("it offers no STARTTLS; notify-smtp-tls none would send the mail unencrypted");
            }

            await dialogue.SayAsync("STARTTLS", 220, cancel);
            await dialogue.SecureAsync(TlsOf(settings), cancel);
            await GreetAsync(dialogue, cancel);
        }

        if (settings is { User: { } user, Password: { } password })
        {
            await dialogue.SayAsync($"AUTH PLAIN {Credentials(user, password)}", 235, cancel);
        }
    }

    private static async Task<IReadOnlyList<string>> HandOverAsync(SmtpDialogue dialogue, SmtpSettings settings, string message, CancellationToken cancel)
    {
        await dialogue.SayAsync($"MAIL FROM:<{settings.From}>", 250, cancel);
        var refused = await AddressAsync(dialogue, settings, cancel);
        await dialogue.SayAsync("DATA", 354, cancel);
        await dialogue.SayAsync(message + "\r\n.", 250, cancel);
        await LeaveAsync(dialogue, cancel);
        return refused;
    }

    // One address that is no longer anyone's must not keep the mail from the others.
    private static async Task<IReadOnlyList<string>> AddressAsync(SmtpDialogue dialogue, SmtpSettings settings, CancellationToken cancel)
    {
        var refused = new List<string>();
        foreach (var recipient in settings.To)
        {
            var reply = await dialogue.AskAsync($"RCPT TO:<{recipient}>", cancel);
            if (SmtpDialogue.CodeOf(reply) is not (250 or 251))
            {
                refused.Add($"{settings}: not for {recipient}: {Scrubbed(SmtpDialogue.Spoken(reply), settings)}");
            }
        }

        return refused.Count < settings.To.Count ? refused : throw new NoticeException(string.Join("; ", refused));
    }

    private static async Task LeaveAsync(SmtpDialogue dialogue, CancellationToken cancel)
    {
        try
        {
            await dialogue.SayAsync("QUIT", 221, cancel);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The mail was taken: a failed goodbye must not have it sent once more.
        }
    }

    private static Task<string> GreetAsync(SmtpDialogue dialogue, CancellationToken cancel) =>
        dialogue.SayAsync($"EHLO {HostName()}", 250, cancel);

    // The body goes as base64: its lines are short, and none can be a lone dot (RFC 5321 §4.5.2).
    private static string Message(SmtpSettings settings, Notice notice, TimeProvider time) => string.Join("\r\n",
    [
        $"From: Berth <{settings.From}>",
        $"To: {string.Join(", ", settings.To)}",
        $"Subject: {Ascii(NoticeMail.Subject(notice))}",
        $"Date: {time.GetUtcNow().ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000",
        $"Message-ID: <{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}@{HostName()}>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        Convert.ToBase64String(Encoding.UTF8.GetBytes(NoticeMail.Body(notice)), Base64FormattingOptions.InsertLineBreaks),
    ]);

    private static SslClientAuthenticationOptions TlsOf(SmtpSettings settings)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = settings.Server.Host };
        if (settings.TrustFile is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }

    // A server may repeat what it was told, in the words of AUTH too.
    private static string Scrubbed(string words, SmtpSettings settings) => settings.Password is { Length: > 0 } password
        ? words.Replace(password, "***", StringComparison.Ordinal).Replace(Credentials(settings.User, password), "***", StringComparison.Ordinal)
        : words;

    // RFC 4616: no authorization identity, then name and password.
    private static string Credentials(string? user, string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}"));

    private static string HostName() => DomainName.TryParse(Dns.GetHostName(), out var name) ? name.Text : "localhost";

    private static string Ascii(string text) => new([.. Printable.Of(text).Select(c => char.IsAscii(c) ? c : '?')]);
}
