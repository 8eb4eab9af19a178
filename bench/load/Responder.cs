using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Berth.Bench;

/// <summary>Answers HTTP-01 for every name and every client, as cheaply as can be: what is measured is the authority.</summary>
internal sealed class Responder : IDisposable
{
    private const int Threads = 8;
    private readonly TcpListener _listener;
    private readonly ConcurrentDictionary<string, string> _answers = new();

    internal Responder(int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start(1024);
        for (var i = 0; i < Threads; i++)
        {
            new Thread(Accept, maxStackSize: 256 * 1024) { IsBackground = true }.Start();
        }
    }

    internal void Answer(string token, string keyAuthorization) => _answers[token] = keyAuthorization;

    private void Accept()
    {
        var buffer = new byte[8192];
        try
        {
            while (true)
            {
                using var socket = _listener.AcceptSocket();
                Serve(socket, buffer);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException or InvalidOperationException)
        {
            // Done.
        }
    }

    private void Serve(Socket socket, byte[] buffer)
    {
        var length = 0;
        while (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            var read = socket.Receive(buffer.AsSpan(length));
            if (read == 0)
            {
                return;
            }

            length += read;
        }

        var line = buffer.AsSpan(0, buffer.AsSpan(0, length).IndexOf((byte)'\r'));
        var path = Encoding.ASCII.GetString(line).Split(' ', 3)[1];
        var found = _answers.TryGetValue(path[(path.LastIndexOf('/') + 1)..], out var answer);
        var body = found ? answer! : "unknown";
        var sent = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {(found ? "200 OK" : "404 Not Found")}\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}", buffer);
        socket.Send(buffer.AsSpan(0, sent));
        socket.Shutdown(SocketShutdown.Send);
    }

    public void Dispose() => _listener.Dispose();
}
