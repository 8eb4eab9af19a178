using System.Text;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Tests;

/// <summary>Keeps what a command says.</summary>
internal sealed class Recorder : IOutputSink
{
    private readonly StringBuilder _text = new();

    public CommandOutput Output => new(this, new Caller(1000, "berth", false, false));

    public string Text => _text.ToString();

    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8) => _text.Append(Encoding.UTF8.GetString(utf8));

    public ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;
}
