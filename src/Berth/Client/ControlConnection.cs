using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Berth.Commands;
using Berth.Control;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Client;

/// <summary>The client's side of the control socket: the upgrade, then frames. Synchronous, for a start costs less so.</summary>
internal sealed class ControlConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly Lock _sending = new();
    private readonly byte[] _buffer = new byte[ControlSocket.FrameLimit];
    private int _start;
    private int _end;

    private ControlConnection(Socket socket) => _socket = socket;

    /// <summary>The daemon's process, as the kernel knows it; null when it cannot be told.</summary>
    public int? PeerProcess
    {
        get
        {
            try
            {
                return PeerCredentials.Of(_socket).Process;
            }
            catch (SocketException)
            {
                return null;
            }
        }
    }

    /// <param name="roots">Whose daemon.</param>
    /// <param name="patience">How long to wait for it to take the connection, and for each answer; null for ever.</param>
    /// <returns>A connection, or null when no daemon listens there.</returns>
    /// <exception cref="ProblemException">One does, for another user.</exception>
    public static ControlConnection? TryConnect(StateRoots roots, TimeSpan? patience = null)
    {
        var address = ControlSocket.AddressOf(ControlSocket.FileOf(roots), out var folder);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (patience is { } limit)
        {
            socket.SendTimeout = socket.ReceiveTimeout = (int)limit.TotalMilliseconds;
        }

        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(address));
            return new ControlConnection(socket);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            socket.Dispose();
            throw ProgramProblems.AccessDenied(ControlSocket.FileOf(roots)).AsException(e);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
        finally
        {
            folder?.Dispose();
        }
    }

    /// <summary>Asks for nothing and waits for any answer: whether somebody is at work behind the socket.</summary>
    public bool Answers()
    {
        SendAll("GET / HTTP/1.1\r\nHost: berth\r\nConnection: close\r\n\r\n"u8);
        return Fill();
    }

    /// <summary>Asks for the upgrade and sends the call with it.</summary>
    public void SendCall(ReadOnlySpan<byte> json)
    {
        var head = Encoding.ASCII.GetBytes(
            $"POST {ControlSocket.Path} HTTP/1.1\r\nHost: berth\r\nConnection: Upgrade\r\nUpgrade: {ControlSocket.Protocol}\r\n\r\n");
        var message = new byte[head.Length + 5 + json.Length];
        head.CopyTo(message, 0);
        message[head.Length] = (byte)FrameKind.Call;
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(head.Length + 1), json.Length);
        json.CopyTo(message.AsSpan(head.Length + 5));
        SendAll(message);
    }

    /// <summary>Reads the answer to the upgrade.</summary>
    /// <returns>Its status, 101 when frames follow; null when the daemon went away or what came is no HTTP.</returns>
    public int? ReadHead()
    {
        const int statusAt = 9; // behind "HTTP/1.1 "
        while (true)
        {
            var end = _buffer.AsSpan(0, _end).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                _start = end + 4;
                return _buffer.AsSpan().StartsWith("HTTP/1.1 "u8)
                    && int.TryParse(_buffer.AsSpan(statusAt, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;
            }

            if (_end == _buffer.Length || !Fill())
            {
                return null;
            }
        }
    }

    public void Send(FrameKind kind, ReadOnlySpan<byte> content)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], content.Length);
        lock (_sending)
        {
            SendAll(head);
            SendAll(content);
        }
    }

    public bool TryReadFrame(out FrameKind kind, out ReadOnlySpan<byte> content)
    {
        kind = default;
        content = default;
        if (!Buffered(5))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start + 1));
        kind = (FrameKind)_buffer[_start];
        if (length is < 0 or > ControlSocket.FrameLimit - 5 || !Buffered(5 + length))
        {
            return false;
        }

        content = _buffer.AsSpan(_start + 5, length);
        _start += 5 + length;
        return true;
    }

    /// <summary>Ends both directions: the daemon is told that what was sent is not whole.</summary>
    public void Abort() => _socket.Shutdown(SocketShutdown.Both);

    public void Dispose() => _socket.Dispose();

    private bool Buffered(int count)
    {
        while (_end - _start < count)
        {
            if (_start + count > _buffer.Length)
            {
                _buffer.AsSpan(_start.._end).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            if (!Fill())
            {
                return false;
            }
        }

        return true;
    }

    private bool Fill()
    {
        try
        {
            var read = _socket.Receive(_buffer.AsSpan(_end));
            _end += read;
            return read > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[_socket.Send(bytes)..];
            }
        }
        catch (SocketException)
        {
            // The daemon has gone or has ended the call: reading tells which.
        }
    }
}
