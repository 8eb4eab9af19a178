using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Berth.Bench;

/// <summary>Answers HTTP-01 for every name and every client, as cheaply as can be: what is measured is the authority.</summary>
internal sealed class Responder : IDisposable
{
    private readonly TcpListener _listener;
    private readonly ConcurrentDictionary<string, string> _answers = new();

    internal Responder(int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start(1024);
        _ = AcceptAsync();
    }

    internal void Answer(string token, string keyAuthorization) => _answers[token] = keyAuthorization;

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync());
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // Done.
        }
    }

    // Clients open connections ahead that they may never use: nobody waits for one of them.
    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[2048];
            var length = 0;
            while (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(length));
                if (read == 0)
                {
                    return;
                }

                length += read;
            }

            await socket.SendAsync(buffer.AsMemory(0, Write(buffer)));
            socket.Shutdown(SocketShutdown.Send);
        }
    }

    private int Write(byte[] buffer)
    {
        var path = Encoding.ASCII.GetString(buffer.AsSpan(0, buffer.AsSpan().IndexOf((byte)'\r'))).Split(' ', 3)[1];
        var found = _answers.TryGetValue(path[(path.LastIndexOf('/') + 1)..], out var answer);
        var body = found ? answer! : "unknown";
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {(found ? "200 OK" : "404 Not Found")}\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}", buffer);
    }

    public void Dispose() => _listener.Dispose();
}
