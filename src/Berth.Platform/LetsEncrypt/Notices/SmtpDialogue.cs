using System.Globalization;
using System.Net.Security;
using System.Text;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>Commands and replies of SMTP (RFC 5321 §4.2), bounded in what it reads.</summary>
internal sealed class SmtpDialogue(Stream connection) : IAsyncDisposable
{
    private const int LongestReply = 16 * 1024;
    private Stream _stream = connection;

    /// <summary>Goes on encrypted. What was sent before does not count: nothing may be left unread (RFC 3207 §4.2).</summary>
    internal async Task SecureAsync(SslClientAuthenticationOptions options, CancellationToken cancel)
    {
        var tls = new SslStream(_stream);
        _stream = tls;
        await tls.AuthenticateAsClientAsync(options, cancel);
    }

    /// <returns>The reply's text, a line each.</returns>
    /// <exception cref="IOException">It was another reply; the words are the server's.</exception>
    internal async Task<string> SayAsync(string line, int expected, CancellationToken cancel)
    {
        await WriteAsync(line, cancel);
        return await ExpectAsync(expected, cancel);
    }

    /// <returns>The reply, whatever it is.</returns>
    internal async Task<string> AskAsync(string line, CancellationToken cancel)
    {
        await WriteAsync(line, cancel);
        return await ReadAsync(cancel);
    }

    internal async Task<string> ExpectAsync(int expected, CancellationToken cancel)
    {
        var reply = await ReadAsync(cancel);
        return CodeOf(reply) == expected ? reply : throw new IOException($"it says: {Spoken(reply)}");
    }

    /// <returns>The reply's three digits; 0 where there are none.</returns>
    internal static int CodeOf(string reply) =>
        reply.Length >= 3 && int.TryParse(reply.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0;

    internal static string Spoken(string reply) => Printable.Of(reply.Trim().ReplaceLineEndings(" "), 300);

    private async Task WriteAsync(string line, CancellationToken cancel) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), cancel);

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    // Byte by byte, so that nothing is read that belongs to what comes after: replies are short, and mails rare.
    private async Task<string> ReadAsync(CancellationToken cancel)
    {
        var reply = new StringBuilder();
        var line = new StringBuilder();
        var one = new byte[1];
        while (reply.Length + line.Length < LongestReply)
        {
            await _stream.ReadExactlyAsync(one, cancel);
            line.Append((char)one[0]);
            if (one[0] != '\n')
            {
                continue;
            }

            reply.Append(line);
            if (line.Length < 4 || line[3] != '-')
            {
                return reply.ToString();
            }

            line.Clear();
        }

        throw new IOException("its reply is too long");
    }
}
