using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Berth.Kernel;

namespace Berth.TestKit;

/// <summary>
/// A real SMTP server (aiosmtpd) of one test's own on a loopback port, which keeps what it is given. Whoever's name begins with <c>gone</c> is
/// refused there; mail for one whose name begins with <c>moved</c> is taken with 251, to be sent on; the first for one whose name begins with
/// <c>silent</c> is kept, and never answered.
/// </summary>
public sealed class MailServer : IAsyncDisposable
{
    private const string Handler = """
        import asyncio
        from aiosmtpd.handlers import Mailbox

        class Picky(Mailbox):
            kept = 0

            async def handle_RCPT(self, server, session, envelope, address, options):
                if address.startswith('gone'):
                    return '550 nobody of that name'
                envelope.rcpt_tos.append(address)
                return '251 will forward' if address.startswith('moved') else '250 OK'

            async def handle_DATA(self, server, session, envelope):
                answer = await super().handle_DATA(server, session, envelope)
                self.kept += 1
                if self.kept == 1 and envelope.rcpt_tos[0].startswith('silent'):
                    await asyncio.sleep(3600)
                return answer
        """;

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
        AtomicFile.Write(server._scratch["picky.py"], Handler);
        var (cert, key) = fromTheStart ? ("--smtpscert", "--smtpskey") : ("--tlscert", "--tlskey");
        server._program = RunningProgram.Start("/usr/bin/python3",
        [
            "-m", "aiosmtpd", "-n", "-l", $"localhost:{server.Port.ToString(CultureInfo.InvariantCulture)}",
            cert, server.CertificateFile, key, server._scratch["key.pem"], "-c", "picky.Picky", server._scratch["mail"],
        ],
        new Dictionary<string, string?> { ["PYTHONPATH"] = server._scratch.Path });
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
