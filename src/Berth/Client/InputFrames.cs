using Berth.Control;
using Berth.Kernel;

namespace Berth.Client;

/// <summary>
/// A stream whose writes reach the daemon as the command's standard input: no more than it wants for now, so that what else it is told never
/// waits behind input that nobody reads.
/// </summary>
internal sealed class InputFrames(ControlConnection daemon) : ForwardStream
{
    private const int Piece = 32 * 1024;

    private readonly object _changing = new();
    private long _wanted;

    public override bool CanWrite => true;

    /// <summary>The daemon takes so many bytes more.</summary>
    public void Want(long bytes)
    {
        lock (_changing)
        {
            _wanted += bytes;
            Monitor.Pulse(_changing);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var length = Take(Math.Min(Piece, buffer.Length));
            daemon.Send(FrameKind.Input, buffer[..length]);
            buffer = buffer[length..];
        }
    }

    /// <returns>How many of these are wanted; at least one.</returns>
    private int Take(int most)
    {
        lock (_changing)
        {
            while (_wanted == 0)
            {
                Monitor.Wait(_changing);
            }

            var taken = (int)Math.Min(most, _wanted);
            _wanted -= taken;
            return taken;
        }
    }
}
