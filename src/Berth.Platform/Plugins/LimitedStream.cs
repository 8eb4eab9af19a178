using Berth.Kernel;

namespace Berth.Platform.Plugins;

/// <summary>Passes a stream through, up to a number of bytes; whoever sends more is cut off with an <see cref="IOException"/>.</summary>
internal sealed class LimitedStream(Stream from, long limit) : ForwardStream
{
    private long _passed;

    public override bool CanRead => true;

    public override int Read(Span<byte> buffer) => Count(from.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await from.ReadAsync(buffer, cancellationToken));

    private int Count(int read)
    {
        _passed += read;
        return _passed > limit ? throw new IOException($"it is larger than {ByteSize.Of(limit)}") : read;
    }
}
