using System.Buffers.Text;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Berth.Bench;

/// <summary>One connection that stays open, HTTP/1.1 over TLS, a request at a time. Blocking, and without anything a load client has no use for.</summary>
internal sealed class Connection : IDisposable
{
    private readonly SslStream _stream;
    private byte[] _buffer = new byte[32 * 1024];
    private int _length;

    internal Connection(Uri server, string trust)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(trust);
        var client = new TcpClient(server.Host, server.Port) { NoDelay = true };
        _stream = new SslStream(client.GetStream());
        _stream.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = server.Host, CertificateChainPolicy = policy });
    }

    internal Answer Send(ReadOnlySpan<byte> request)
    {
        _stream.Write(request);
        _length = 0;
        int end;
        while ((end = _buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            Fill();
        }

        var head = _buffer.AsSpan(0, end + 2);
        var (nonce, location) = (Header(head, "replay-nonce"u8), Header(head, "location"u8));
        _ = Utf8Parser.TryParse(head[9..12], out int status, out _);
        var isChunked = Header(head, "transfer-encoding"u8) is not null;
        var length = Header(head, "content-length"u8) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var body = isChunked ? Chunks(end + 4) : Take(end + 4, length);
        return new Answer(status, nonce, location, body);
    }

    private byte[] Take(int start, int length)
    {
        while (_length < start + length)
        {
            Fill();
        }

        return _buffer.AsSpan(start, length).ToArray();
    }

    private byte[] Chunks(int at)
    {
        var body = new MemoryStream();
        while (true)
        {
            int end;
            while ((end = _buffer.AsSpan(at, _length - at).IndexOf("\r\n"u8)) < 0)
            {
                Fill();
            }

            _ = Utf8Parser.TryParse(_buffer.AsSpan(at, end), out int size, out _, 'x');
            body.Write(Take(at + end + 2, size + 2).AsSpan(0, size));
            at += end + 2 + size + 2;
            if (size == 0)
            {
                return body.ToArray();
            }
        }
    }

    private void Fill()
    {
        if (_length == _buffer.Length)
        {
            Array.Resize(ref _buffer, 2 * _length);
        }

        var read = _stream.Read(_buffer, _length, _buffer.Length - _length);
        _length += read > 0 ? read : throw new IOException("The server has closed the connection.");
    }

    private static string? Header(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        while (head.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            var line = head[..end];
            if (line.Length > name.Length && line[name.Length] == ':' && Ascii.EqualsIgnoreCase(line[..name.Length], name))
            {
                return Encoding.ASCII.GetString(line[(name.Length + 1)..]).Trim();
            }

            head = head[(end + 2)..];
        }

        return null;
    }

    public void Dispose() => _stream.Dispose();
}
