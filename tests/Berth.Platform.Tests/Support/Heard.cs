using System.Text;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Tests.Support;

/// <summary>Remembers what a command printed, both outputs in one text.</summary>
internal sealed class Heard : IOutputSink
{
    private readonly StringBuilder _text = new();

    public Heard(bool terminal = false) =>
        Output = new CommandOutput(this, new Caller(0, "berth", OutputIsTerminal: terminal, ErrorIsTerminal: terminal));

    public CommandOutput Output { get; }

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
    {
        lock (_text)
        {
            _text.Append(Encoding.UTF8.GetString(utf8));
        }
    }

    public ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;
}
