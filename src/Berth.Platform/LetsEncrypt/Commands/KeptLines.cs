using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary>Keeps what one of several commands at once prints, until it is its turn.</summary>
internal sealed class KeptLines : IOutputSink
{
    private readonly Lock _gate = new();
    private readonly List<(OutputChannel Channel, byte[] Bytes)> _kept = [];

    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
    {
        lock (_gate)
        {
            _kept.Add((channel, utf8.ToArray()));
        }
    }

    public ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    public void ReplayTo(CommandOutput output)
    {
        lock (_gate)
        {
            _kept.ForEach(piece => output.Bytes(piece.Channel, piece.Bytes));
            _kept.Clear();
        }
    }
}
