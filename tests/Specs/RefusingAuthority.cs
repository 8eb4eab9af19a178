using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Berth.Specs;

/// <summary>A server that gives everybody the same answer.</summary>
internal sealed class RefusingAuthority : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private int _asked;

    /// <param name="certificate">Its own, for localhost.</param>
    /// <param name="answer">The whole response.</param>
    public RefusingAuthority(X509Certificate2 certificate, string answer)
    {
        _listener.Start();
        _ = TakeAsync(certificate, Encoding.ASCII.GetBytes(answer));
    }

    public string Directory => string.Create(CultureInfo.InvariantCulture, $"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}/directory");

    /// <summary>How many have asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public static string Answer(string status, string type, string body) =>
        string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");

    public void Dispose() => _listener.Dispose();

    private async Task TakeAsync(X509Certificate2 certificate, byte[] answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client, certificate, answer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(TcpClient client, X509Certificate2 certificate, byte[] answer)
    {
        try
        {
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(certificate);
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
            }

            Interlocked.Increment(ref _asked);
            await stream.WriteAsync(answer);
            await stream.ShutdownAsync();
        }
        catch (IOException)
        {
            // Who asked has gone.
        }
    }
}
