using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary>Keeps what one of several commands at once prints, until it is its turn.</summary>
internal sealed class KeptLines : IOutputSink
{
    private readonly Lock _gate = new();
    private readonly List<(OutputChannel Channel, byte[] Bytes)> _kept = [];
    private CommandOutput? _output;

    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
    {
        lock (_gate)
        {
            if (_output is { } output)
            {
                output.Bytes(channel, utf8);
            }
            else
            {
                _kept.Add((channel, utf8.ToArray()));
            }
        }
    }

    public ValueTask FlushAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            return _output?.FlushAsync(cancel) ?? ValueTask.CompletedTask;
        }
    }

    /// <summary>It is its turn: what was kept is printed, and what follows goes there at once.</summary>
    public void PassTo(CommandOutput output)
    {
        lock (_gate)
        {
            _kept.ForEach(piece => output.Bytes(piece.Channel, piece.Bytes));
            _kept.Clear();
            _output = output;
        }
    }
}
