using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipelines;
using Berth.Platform.CommandLine;

namespace Berth.Control;

/// <summary>
/// Queues frames for one client and sends them in order from a loop of its own. A client that stops reading or goes away never
/// holds the command up; commands with long output await <see cref="FlushAsync"/>.
/// </summary>
internal sealed class FrameWriter : IOutputSink, IDisposable
{
    // What a command may have queued before frames to a reader that is stuck are dropped.
    private const long QueueLimit = 16 << 20;

    // Lines that come in such a time go together, unless the command ends or is in a hurry: each that goes alone wakes two programs, and to who
    // reads them a tenth of a second is at once.
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(100);

    // What is worth sending by itself.
    private const long Much = 64 * 1024;

    private readonly SemaphoreSlim _hurry = new(0);
    private readonly Pipe _queue = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Lock _writing = new();
    private readonly TimeSpan _together;
    private readonly Task _sending;
    private TaskCompletionSource _drained = Completed();
    private long _queued;
    private bool _ended;

    /// <param name="client">Where to.</param>
    /// <param name="together">How long lines wait for those that follow; null for the usual time.</param>
    public FrameWriter(Stream client, TimeSpan? together = null)
    {
        _together = together ?? Usual;
        _sending = SendAsync(client);
    }

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
        Hurry();
    }

    public ValueTask FlushAsync(CancellationToken cancel)
    {
        Hurry();
        lock (_writing)
        {
            return new ValueTask(_drained.Task.WaitAsync(cancel));
        }
    }

    /// <summary>Sends the exit status and waits until the client has it or is gone.</summary>
    public async Task EndAsync(int status)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, status);
        Put(FrameKind.Exit, bytes);
        await _queue.Writer.CompleteAsync();
        Hurry();
        await _sending;
    }

    private void Hurry()
    {
        lock (_writing)
        {
            // One is enough: more would hurry what comes later.
            if (_hurry.CurrentCount == 0)
            {
                _hurry.Release();
            }
        }
    }

    public void Dispose() => _hurry.Dispose();

    private void Put(FrameKind kind, ReadOnlySpan<byte> content)
    {
        lock (_writing)
        {
            if (_ended || (_queued > QueueLimit && kind != FrameKind.Exit))
            {
                return;
            }

            var frame = _queue.Writer.GetSpan(5 + content.Length);
            frame[0] = (byte)kind;
            BinaryPrimitives.WriteInt32LittleEndian(frame[1..], content.Length);
            content.CopyTo(frame[5..]);
            _queue.Writer.Advance(5 + content.Length);
            _queued += 5 + content.Length;
            if (_drained.Task.IsCompleted)
            {
                _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            // Complete at once: the queue has no pause threshold.
            var flushed = _queue.Writer.FlushAsync();
            Debug.Assert(flushed.IsCompleted, "the queue waited");
            if (_queued > Much)
            {
                Hurry();
            }
        }
    }

    private async Task SendAsync(Stream client)
    {
        try
        {
            while (true)
            {
                var read = await GatherAsync();
                foreach (var segment in read.Buffer)
                {
                    await client.WriteAsync(segment);
                }

                await client.FlushAsync();
                Taken(read.Buffer.Length);
                _queue.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone: the command goes on, its words go nowhere.
        }

        lock (_writing)
        {
            _ended = true;
            _drained.TrySetResult();
        }
    }

    /// <summary>Waits for frames, and a little for what follows them.</summary>
    private async ValueTask<ReadResult> GatherAsync()
    {
        var read = await _queue.Reader.ReadAsync();
        if (read.IsCompleted)
        {
            return read;
        }

        _queue.Reader.AdvanceTo(read.Buffer.Start);
        await _hurry.WaitAsync(_together);
        return await _queue.Reader.ReadAsync();
    }

    private void Taken(long count)
    {
        lock (_writing)
        {
            _queued -= count;
            if (_queued == 0)
            {
                _drained.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        done.SetResult();
        return done;
    }
}
