using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Berth.Commands;
using Berth.Control;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Client;

/// <summary>The client's side of the control socket: the upgrade, then frames. Synchronous, for a start costs less so.</summary>
internal sealed class ControlConnection : IDisposable
{
    private readonly UnixConnection _socket;
    private readonly Lock _sending = new();
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(16 * 1024);
    private int _start;
    private int _end;

    private ControlConnection(UnixConnection socket) => _socket = socket;

    /// <summary>The daemon's process, as the kernel knows it; null when it cannot be told.</summary>
    public int? PeerProcess => _socket.Peer?.Process;

    /// <param name="roots">Whose daemon.</param>
    /// <param name="patience">How long to wait for it to take the connection, and for each answer; null for ever.</param>
    /// <returns>A connection, or null when no daemon listens there.</returns>
    /// <exception cref="ProblemException">One does, for another user.</exception>
    public static ControlConnection? TryConnect(StateRoots roots, TimeSpan? patience = null)
    {
        var address = ControlSocket.AddressOf(ControlSocket.FileOf(roots), out var folder);
        using (folder)
        {
            if (UnixConnection.TryConnect(address, out var error) is { } socket)
            {
                if (patience is { } limit)
                {
                    socket.SetPatience(limit);
                }

                return new ControlConnection(socket);
            }

            return error == UnixConnection.AccessDenied ? throw ProgramProblems.AccessDenied(ControlSocket.FileOf(roots)).AsException() : null;
        }
    }

    /// <summary>Asks for nothing and waits for any answer: whether somebody is at work behind the socket.</summary>
    public bool Answers()
    {
        _socket.Send("GET / HTTP/1.1\r\nHost: berth\r\nConnection: close\r\n\r\n"u8);
        return Fill();
    }

    /// <returns>Whether something the daemon said is unread, or it says something, or ends, within the time.</returns>
    public bool WaitForAnswer(TimeSpan time) => _start < _end || _socket.WaitToRead(time);

    /// <summary>Asks for the upgrade and sends the call with it.</summary>
    public void SendCall(ReadOnlySpan<byte> call)
    {
        var head = Encoding.ASCII.GetBytes(
            $"POST {ControlSocket.Path} HTTP/1.1\r\nHost: berth\r\nConnection: Upgrade\r\nUpgrade: {ControlSocket.Protocol}\r\n\r\n");
        var message = new byte[head.Length + 5 + call.Length];
        head.CopyTo(message, 0);
        message[head.Length] = (byte)FrameKind.Call;
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(head.Length + 1), call.Length);
        call.CopyTo(message.AsSpan(head.Length + 5));
        _socket.Send(message);
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
            _socket.Send(head);
            _socket.Send(content);
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

        content = _buffer.AsSpan(_start + 5, length + TakeMore(kind, _start + 5 + length));
        return true;
    }

    /// <summary>Joins the frames that are at hand and go where this one goes: a write for each line would cost more than all else.</summary>
    /// <returns>How many bytes were added behind <paramref name="end"/>.</returns>
    private int TakeMore(FrameKind kind, int end)
    {
        var added = 0;
        for (_start = end; kind is FrameKind.Output or FrameKind.Error && _end - _start >= 5 && (FrameKind)_buffer[_start] == kind;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start + 1));
            if (length < 0 || length > _end - _start - 5)
            {
                break;
            }

            _buffer.AsSpan(_start + 5, length).CopyTo(_buffer.AsSpan(end + added));
            added += length;
            _start += 5 + length;
        }

        return added;
    }

    /// <summary>Ends both directions: the daemon is told that what was sent is not whole.</summary>
    public void Abort() => _socket.End();

    public void Dispose() => _socket.Dispose();

    private bool Buffered(int count)
    {
        while (_end - _start < count)
        {
            if (_start + count > _buffer.Length)
            {
                var buffer = count > _buffer.Length ? new byte[ControlSocket.FrameLimit] : _buffer;
                _buffer.AsSpan(_start.._end).CopyTo(buffer);
                (_buffer, _start, _end) = (buffer, 0, _end - _start);
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
        var read = _socket.Receive(_buffer.AsSpan(_end));
        _end += read;
        return read > 0;
    }
}
