using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Berth.Commands;
using Berth.Control;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Client;

/// <summary>
/// Sends one command to the daemon and plays back what it says. It holds no state: killing it harms nothing. Everything here is
/// synchronous, because starting up the asynchronous machinery costs more than the whole call.
/// </summary>
internal sealed class ControlClient : IDisposable
{
    private readonly Socket _socket;
    private readonly Lock _sending = new();
    private readonly byte[] _buffer = new byte[ControlSocket.FrameLimit];
    private volatile string? _inputFault;
    private int _start;
    private int _end;

    private ControlClient(Socket socket) => _socket = socket;

    /// <returns>A connection, or null when no daemon listens there.</returns>
    /// <exception cref="ProblemException">One does, for another user.</exception>
    public static ControlClient? TryConnect(StateRoots roots)
    {
        var address = ControlSocket.AddressOf(ControlSocket.FileOf(roots), out var folder);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(address));
            return new ControlClient(socket);
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

    /// <summary>Runs the command to its end.</summary>
    /// <param name="call">What to run.</param>
    /// <param name="writeInput">Writes standard input into the stream when the daemon asks for it.</param>
    /// <returns>Its exit status; 1 when the daemon went away first.</returns>
    public int Run(CallRequest call, Action<Stream> writeInput)
    {
        SendCall(call);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            Send(FrameKind.Interrupt, []);
        });
        return ReadHead() ? Play(writeInput) : Lost();
    }

    public void Dispose() => _socket.Dispose();

    internal void Send(FrameKind kind, ReadOnlySpan<byte> content)
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

    private void SendCall(CallRequest call)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(call, ControlJson.Default.CallRequest);
        var head = Encoding.ASCII.GetBytes(
            $"POST {ControlSocket.Path} HTTP/1.1\r\nHost: berth\r\nConnection: Upgrade\r\nUpgrade: {ControlSocket.Protocol}\r\n\r\n");
        var message = new byte[head.Length + 5 + json.Length];
        head.CopyTo(message, 0);
        message[head.Length] = (byte)FrameKind.Call;
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(head.Length + 1), json.Length);
        json.CopyTo(message, head.Length + 5);
        SendAll(message);
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

    /// <summary>Reads the answer to the upgrade; false when it is a refusal, which is printed.</summary>
    private bool ReadHead()
    {
        while (true)
        {
            var end = _buffer.AsSpan(0, _end).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                _start = end + 4;
                return _buffer.AsSpan().StartsWith("HTTP/1.1 101"u8);
            }

            if (_end == _buffer.Length || !Fill())
            {
                return false;
            }
        }
    }

    private int Play(Action<Stream> writeInput)
    {
        using var output = Console.OpenStandardOutput();
        using var error = Console.OpenStandardError();
        while (TryReadFrame(out var kind, out var content))
        {
            switch (kind)
            {
                case FrameKind.Output:
                    Show(output, content);
                    break;
                case FrameKind.Error:
                    Show(error, content);
                    break;
                case FrameKind.WantInput:
                    StartInput(writeInput);
                    break;
                case FrameKind.Exit:
                    return BinaryPrimitives.ReadInt32LittleEndian(content);
                default:
                    return Lost();
            }
        }

        return Lost();
    }

    // Standard input may block for ever; the thread must not keep the process alive.
    private void StartInput(Action<Stream> writeInput) => new Thread(() =>
    {
        try
        {
            using var stream = new InputFrames(this);
            writeInput(stream);
            Send(FrameKind.Input, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Half an archive must not look like a whole one: the daemon is told by the connection's end.
            _inputFault = e.Message;
            _socket.Shutdown(SocketShutdown.Both);
        }
    })
    { IsBackground = true }.Start();

    private bool TryReadFrame(out FrameKind kind, out ReadOnlySpan<byte> content)
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

    private static void Show(Stream stream, ReadOnlySpan<byte> content)
    {
        try
        {
            stream.Write(content);
        }
        catch (IOException)
        {
            // Nobody reads any more (a closed pipe): the command goes on to its end all the same.
        }
    }

    private int Lost()
    {
        if (_inputFault is { } fault)
        {
            throw ProgramProblems.InputUnreadable(fault).AsException();
        }

        Console.Error.WriteLine(" !     The daemon ended before the command did.");
        Console.Error.WriteLine("       State on disk is whole. Start berth serve again, then repeat the command.");
        return 1;
    }
}
