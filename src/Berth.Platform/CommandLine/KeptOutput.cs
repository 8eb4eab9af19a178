using System.Text;

namespace Berth.Platform.CommandLine;

/// <summary>Keeps what is printed to standard output, for a command that reads it; errors are left out. It keeps a bounded amount.</summary>
public sealed class KeptOutput : IOutputSink
{
    private const int Most = 1 << 20;

    private readonly List<byte> _kept = [];
    private readonly Lock _gate = new();

    public string Text
    {
        get
        {
            lock (_gate)
            {
                return Encoding.UTF8.GetString([.. _kept]);
            }
        }
    }

    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
    {
        lock (_gate)
        {
            if (channel == OutputChannel.Standard && _kept.Count + utf8.Length <= Most)
            {
                _kept.AddRange(utf8);
            }
        }
    }

    public ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;
}
