using Berth.Control;
using Berth.Kernel;

namespace Berth.Client;

/// <summary>A stream whose writes reach the daemon as the command's standard input.</summary>
internal sealed class InputFrames(ControlConnection daemon) : ForwardStream
{
    private const int Piece = 32 * 1024;

    public override bool CanWrite => true;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var piece = buffer[..Math.Min(Piece, buffer.Length)];
            daemon.Send(FrameKind.Input, piece);
            buffer = buffer[piece.Length..];
        }
    }
}
