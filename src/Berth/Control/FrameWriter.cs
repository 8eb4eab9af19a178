using System.Buffers;
using System.Buffers.Binary;
using Berth.Platform.CommandLine;

namespace Berth.Control;

/// <summary>
/// Gathers frames for one client and sends them in order: at the command's end, when it is in a hurry or when there is much, and once the client
/// waits, in any case soon. A client that stops reading or goes away never holds the command up; commands with long output await
/// <see cref="FlushAsync"/>.
/// </summary>
/// <param name="client">Where to.</param>
/// <param name="time">The clock.</param>
internal sealed class FrameWriter(Stream client, TimeProvider time) : IOutputSink, IDisposable
{
    // What a command may have queued before frames to a reader that is stuck are dropped.
    private const long QueueLimit = 16 << 20;

    // What is worth sending by itself; a piece of what waits is no longer.
    private const int Much = 64 * 1024;

    // Lines that come in such a time go together to a client that waits: each that goes alone wakes two programs, and to who reads them a tenth of
    // a second is at once.
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(100);

    private readonly Lock _writing = new();
    private readonly Queue<ArrayBufferWriter<byte>> _full = new();
    private ArrayBufferWriter<byte> _last = new();
    private ArrayBufferWriter<byte> _sent = new();
    private Task _sending = Task.CompletedTask;
    private ITimer? _soon;
    private long _queued;
    private bool _isSending;
    private bool _isTimed;
    private bool _clientWaits;
    private bool _isOver;

    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
    {
        const int piece = ControlSocket.FrameLimit / 2;
        while (utf8.Length > piece)
        {
            Say((FrameKind)channel, utf8[..piece]);
            utf8 = utf8[piece..];
        }

        Say((FrameKind)channel, utf8);
    }

    /// <summary>From here on the client is busy, and says nothing of its waiting.</summary>
    /// <param name="bytes">How many it may send, or send besides.</param>
    public void WantInput(int bytes)
    {
        Span<byte> content = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(content, bytes);
        Put(FrameKind.WantInput, content);
        ClientWaits();
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
            _clientWaits = true;
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

    private void Say(FrameKind kind, ReadOnlySpan<byte> content)
    {
        lock (_writing)
        {
            Put(kind, content);
            if (_queued > Much)
            {
                _ = SendAsync();
            }
            else if (_clientWaits && !_isTimed && !_isSending && _queued > 0)
            {
                _isTimed = true;
                _soon ??= time.CreateTimer(static writer => _ = ((FrameWriter)writer!).SendAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _soon.Change(Together, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Put(FrameKind kind, ReadOnlySpan<byte> content)
    {
        lock (_writing)
        {
            var length = 5 + content.Length;
            if (_isOver || (_queued > QueueLimit && kind is (FrameKind.Output or FrameKind.Error)))
            {
                return;
            }

            if (_last.WrittenCount + length > Much)
            {
                _full.Enqueue(_last);
                _last = new();
            }

            var frame = _last.GetSpan(length);
            frame[0] = (byte)kind;
            BinaryPrimitives.WriteInt32LittleEndian(frame[1..], content.Length);
            content.CopyTo(frame[5..]);
            _last.Advance(length);
            _queued += length;
            _isOver = kind == FrameKind.Exit;
        }
    }

    /// <returns>Completes when the client has all that there is, or is gone.</returns>
    private Task SendAsync()
    {
        lock (_writing)
        {
            _isTimed = false;
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
        var hadToWait = false;
        try
        {
            while (Take() is { IsEmpty: false } frames)
            {
                var writing = client.WriteAsync(frames);
                hadToWait |= !writing.IsCompleted;
                await writing;
                await client.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            Drop();
        }

        if (hadToWait)
        {
            // The thread is the one that sends to the client: the command that waited for that must not go on in its place.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    /// <returns>The frames that come next; none ends the sending.</returns>
    private ReadOnlyMemory<byte> Take()
    {
        lock (_writing)
        {
            _queued -= _sent.WrittenCount;
            _sent.ResetWrittenCount();
            if (_full.TryDequeue(out var piece))
            {
                _sent = piece;
            }
            else
            {
                (_last, _sent) = (_sent, _last);
            }

            _isSending = _sent.WrittenCount > 0;
            return _sent.WrittenMemory;
        }
    }

    // The client is gone: the command goes on, its words go nowhere.
    private void Drop()
    {
        lock (_writing)
        {
            _full.Clear();
            (_last, _sent, _queued) = (new(), new(), 0);
            (_isOver, _isSending) = (true, false);
        }
    }
}
