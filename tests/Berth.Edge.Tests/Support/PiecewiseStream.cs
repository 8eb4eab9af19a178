using System.Net.Sockets;
using Berth.Kernel;

namespace Berth.Edge.Tests.Support;

/// <summary>Sends what it is given in small pieces, each a packet of its own as far as the system lets it.</summary>
internal sealed class PiecewiseStream(NetworkStream inner, int size) : ForwardStream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (var at = 0; at < buffer.Length; at += size)
        {
            await inner.WriteAsync(buffer.Slice(at, Math.Min(size, buffer.Length - at)), cancellationToken);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(Span<byte> buffer) => inner.Read(buffer);

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
