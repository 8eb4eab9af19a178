namespace Berth.Platform.CommandLine;

/// <summary>Where a command's words go, in the order written.</summary>
public interface IOutputSink
{
    /// <summary>Queues text; never blocks on a slow reader.</summary>
    void Write(OutputChannel channel, ReadOnlySpan<byte> utf8);

    /// <summary>Waits until what was queued has been taken; commands with long output call it between pieces.</summary>
    ValueTask FlushAsync(CancellationToken cancel);
}
