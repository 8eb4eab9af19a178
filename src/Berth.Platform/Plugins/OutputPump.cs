using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins;

/// <summary>Passes one stream of a program on, a piece at a time, no faster than it is read at the other end.</summary>
internal sealed class OutputPump
{
    private const int Piece = 16 * 1024;
    private readonly Stream _from;
    private readonly OutputChannel _channel;
    private readonly CommandOutput _to;
    private readonly Lock _writing = new();
    private long _pieces;
    private bool _reading;
    private bool _stopped;

    public OutputPump(Stream from, OutputChannel channel, CommandOutput to)
    {
        (_from, _channel, _to) = (from, channel, to);
        Ended = RunAsync();
    }

    /// <summary>Completes when the program, and all that inherited the stream from it, have closed it.</summary>
    public Task Ended { get; }

    /// <summary>How many pieces have passed, or null while one is on its way: then nobody can say that nothing more comes.</summary>
    public long? Settled
    {
        get
        {
            lock (_writing)
            {
                return Ended.IsCompleted || _reading ? _pieces : null;
            }
        }
    }

    /// <summary>What still comes is dropped from now on.</summary>
    public void Stop()
    {
        lock (_writing)
        {
            _stopped = true;
        }
    }

    private async Task RunAsync()
    {
        var buffer = new byte[Piece];
        try
        {
            while (await ReadAsync(buffer) is > 0 and var read && Write(buffer.AsSpan(0, read)))
            {
                await _to.FlushAsync(CancellationToken.None);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The stream broke off, which ends it like any other end.
        }
    }

    private async Task<int> ReadAsync(byte[] buffer)
    {
        Reading(true);
        var read = await _from.ReadAsync(buffer);
        Reading(false);
        return read;
    }

    private void Reading(bool reading)
    {
        lock (_writing)
        {
            _reading = reading;
        }
    }

    private bool Write(ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
        {
            if (!_stopped)
            {
                _pieces++;
                _to.Bytes(_channel, bytes);
            }

            return !_stopped;
        }
    }
}
