using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Berth.Kernel;

namespace Berth.TestKit;

/// <summary>A real SMTP server (aiosmtpd) of one test's own on a loopback port, which keeps what it is given.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly ScratchFolder _scratch = new();
    private RunningProgram? _program;

    private MailServer()
    {
    }

    public int Port { get; } = FreePort.Next();

    /// <summary>Its certificate, to be trusted.</summary>
    public string CertificateFile => _scratch["cert.pem"];

    /// <param name="fromTheStart">Speaks TLS from the first byte; otherwise insists on STARTTLS.</param>
    public static async Task<MailServer> StartAsync(bool fromTheStart = false)
    {
        var server = new MailServer();
        using var certificate = LoopbackCertificate.Create();
        AtomicFile.Write(server.CertificateFile, certificate.ExportCertificatePem());
        AtomicFile.Write(server._scratch["key.pem"], certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var (cert, key) = fromTheStart ? ("--smtpscert", "--smtpskey") : ("--tlscert", "--tlskey");
        server._program = RunningProgram.Start("/usr/bin/python3",
        [
            "-m", "aiosmtpd", "-n", "-l", $"localhost:{server.Port.ToString(CultureInfo.InvariantCulture)}",
            cert, server.CertificateFile, key, server._scratch["key.pem"], "-c", "aiosmtpd.handlers.Mailbox", server._scratch["mail"],
        ]);
        await Eventually.TrueAsync(() => Task.FromResult(server._program.HasExited || server.Listens()));
        Xunit.Assert.False(server._program.HasExited, string.Join('\n', server._program.Said));
        return server;
    }

    /// <summary>The mails so far: headers as they came, the body decoded.</summary>
    public IReadOnlyList<string> Mails => Directory.Exists(_scratch["mail/new"])
        ? [.. Directory.EnumerateFiles(_scratch["mail/new"]).Order(StringComparer.Ordinal).Select(file => Decoded(File.ReadAllText(file)))]
        : [];

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }

        _scratch.Dispose();
    }

    private static string Decoded(string mail)
    {
        var cut = mail.ReplaceLineEndings("\n").IndexOf("\n\n", StringComparison.Ordinal);
        var (head, body) = (mail.ReplaceLineEndings("\n")[..cut], mail.ReplaceLineEndings("\n")[cut..]);
        return head + "\n\n" + Encoding.UTF8.GetString(Convert.FromBase64String(body.Trim()));
    }

    private bool Listens()
    {
        try
        {
            using var client = new System.Net.Sockets.TcpClient("localhost", Port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
