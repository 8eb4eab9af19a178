using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Berth.Control;

/// <summary>Reads one client's frames: the call, then standard input and Ctrl-C until the client goes.</summary>
internal sealed class FrameReader(Stream client)
{
    // A client sends no more than it was asked for; one that does is read from no further.
    private readonly Pipe _input = new(new PipeOptions(
        pauseWriterThreshold: 1024 * 1024, resumeWriterThreshold: 512 * 1024, useSynchronizationContext: false));

    /// <summary>What the client sends as standard input, once it was asked to.</summary>
    public Stream Input => _input.Reader.AsStream();

    /// <returns>The call, or null when what came is none.</returns>
    public async Task<CallRequest?> ReadCallAsync(CancellationToken cancel)
    {
        var head = new byte[5];
        if (await client.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel) < head.Length
            || (FrameKind)head[0] != FrameKind.Call)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(1));
        if (length is <= 0 or > ControlSocket.CallLimit)
        {
            return null;
        }

        var call = new byte[length];
        return await client.ReadAtLeastAsync(call, length, throwOnEndOfStream: false, cancel) == length ? CallRequest.TryRead(call) : null;
    }

    /// <summary>Reads until the client goes or <paramref name="cancel"/> ends it.</summary>
    /// <param name="hear">Called with each frame that says all by its kind: Ctrl-C was pressed, the client waits.</param>
    /// <param name="cancel">The call has ended.</param>
    /// <returns>When the client is gone.</returns>
    public async Task PumpAsync(Action<FrameKind> hear, CancellationToken cancel)
    {
        var isAtEnd = false;
        try
        {
            while (await ReadHeadAsync(cancel) is { } head)
            {
                switch (head.Kind)
                {
                    case FrameKind.Input when isAtEnd:
                        // More of what has ended: no client of this protocol.
                        return;
                    case FrameKind.Input when head.Length == 0:
                        isAtEnd = true;
                        await _input.Writer.CompleteAsync();
                        break;
                    case FrameKind.Input:
                        await client.ReadExactlyAsync(_input.Writer.GetMemory(head.Length)[..head.Length], cancel);
                        _input.Writer.Advance(head.Length);
                        await _input.Writer.FlushAsync(cancel);
                        break;
                    case not FrameKind.Input when head.Length == 0:
                        hear(head.Kind);
                        break;
                    default:
                        return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Either the client went or the call ended; both end the reading.
        }
        finally
        {
            await _input.Writer.CompleteAsync(new ClientGoneException());
        }
    }

    private async Task<(FrameKind Kind, int Length)?> ReadHeadAsync(CancellationToken cancel)
    {
        var head = new byte[5];
        if (await client.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel) < head.Length)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(1));
        return length is < 0 or > ControlSocket.FrameLimit ? null : ((FrameKind)head[0], length);
    }
}
