namespace Berth.Platform.CommandLine;

/// <summary>Writes to two sinks; only the first one's reader is waited for.</summary>
internal sealed class BothSinks(IOutputSink first, IOutputSink second) : IOutputSink
{
    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
    {
        first.Write(channel, utf8);
        second.Write(channel, utf8);
    }

    public ValueTask FlushAsync(CancellationToken cancel) => first.FlushAsync(cancel);
}
