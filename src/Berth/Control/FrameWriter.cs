using System.Buffers;
using System.Buffers.Binary;
using Berth.Platform.CommandLine;

namespace Berth.Control;

/// <summary>
/// Gathers frames for one client and sends them in order. A client that stops reading or goes away never holds the command up; commands
/// with long output await <see cref="FlushAsync"/>.
/// </summary>
/// <param name="client">Where to.</param>
/// <param name="together">How long lines wait for those that follow; null for the usual time.</param>
internal sealed class FrameWriter(Stream client, TimeSpan? together = null) : IOutputSink, IDisposable
{
    // What a command may have waiting before frames to a reader that is stuck are dropped.
    private const int WaitingLimit = 16 << 20;

    // Lines that come in such a time go together, unless the command ends or is in a hurry: each that goes alone wakes two programs, and to who
    // reads them a tenth of a second is at once.
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(100);

    // What is worth sending by itself.
    private const int Much = 64 * 1024;

    private readonly TimeSpan _together = together ?? Usual;
    private readonly Lock _writing = new();
    private ArrayBufferWriter<byte> _waiting = new();
    private ArrayBufferWriter<byte> _spare = new();
    private Task _sending = Task.CompletedTask;
    private ITimer? _soon;
    private bool _isSending;
    private bool _isDue;
    private bool _isTimed;
    private bool _isPatient = true;
    private bool _isOver;

    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
    {
        const int piece = ControlSocket.FrameLimit / 2;
        while (utf8.Length > piece)
        {
            Put((FrameKind)channel, utf8[..piece]);
            utf8 = utf8[piece..];
        }

        Put((FrameKind)channel, utf8);
    }

    public void WantInput()
    {
        Put(FrameKind.WantInput, []);
        _ = SendAsync();
    }

    public ValueTask FlushAsync(CancellationToken cancel) => new(SendAsync().WaitAsync(cancel));

    /// <summary>
    /// The client has waited for a while, and whoever sits before it may want to see what there is. Until then it is left to the end, which for
    /// most commands comes first: no clock runs for them.
    /// </summary>
    public void ClientWaits()
    {
        lock (_writing)
        {
            _isPatient = false;
        }

        _ = SendAsync();
    }

    /// <summary>Sends the exit status and waits until the client has it or is gone.</summary>
    public Task EndAsync(int status)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, status);
        Put(FrameKind.Exit, bytes);
        return SendAsync();
    }

    public void Dispose() => _soon?.Dispose();

    private void Put(FrameKind kind, ReadOnlySpan<byte> content)
    {
        lock (_writing)
        {
            if (_isOver || (_waiting.WrittenCount + (_isSending ? _spare.WrittenCount : 0) > WaitingLimit && kind != FrameKind.Exit))
            {
                return;
            }

            _isOver = kind == FrameKind.Exit;
            var frame = _waiting.GetSpan(5 + content.Length);
            frame[0] = (byte)kind;
            BinaryPrimitives.WriteInt32LittleEndian(frame[1..], content.Length);
            content.CopyTo(frame[5..]);
            _waiting.Advance(5 + content.Length);
            if (_waiting.WrittenCount > Much)
            {
                _ = SendAsync();
            }
            else
            {
                SendSoon();
            }
        }
    }

    private void SendSoon()
    {
        if (!_isPatient && !_isTimed && !_isSending)
        {
            _isTimed = true;
            _soon ??= TimeProvider.System.CreateTimer(static writer => _ = ((FrameWriter)writer!).SendAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _soon.Change(_together, Timeout.InfiniteTimeSpan);
        }
    }

    /// <returns>Completes when the client has all that waits now, or is gone.</returns>
    private Task SendAsync()
    {
        lock (_writing)
        {
            (_isDue, _isTimed) = (true, false);
            if (!_isSending)
            {
                _isSending = true;
                _sending = SendAllAsync();
            }

            return _sending;
        }
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (Take() is { IsEmpty: false } frames)
            {
                await client.WriteAsync(frames);
                await client.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone: the command goes on, its words go nowhere.
            lock (_writing)
            {
                (_isOver, _isSending) = (true, false);
                _waiting = new();
            }
        }
    }

    /// <returns>The frames that are due; none ends the sending.</returns>
    private ReadOnlyMemory<byte> Take()
    {
        lock (_writing)
        {
            if (!_isDue || _waiting.WrittenCount == 0)
            {
                (_isDue, _isSending) = (false, false);
                if (_waiting.WrittenCount > 0)
                {
                    SendSoon();
                }

                return default;
            }

            _isDue = false;
            (_waiting, _spare) = (Emptied(_spare), _waiting);
            return _spare.WrittenMemory;
        }
    }

    // What a slow reader made grow is not kept.
    private static ArrayBufferWriter<byte> Emptied(ArrayBufferWriter<byte> buffer)
    {
        if (buffer.Capacity > 2 * Much)
        {
            return new();
        }

        buffer.ResetWrittenCount();
        return buffer;
    }
}
