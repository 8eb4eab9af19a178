using System.Text;
using Berth.Platform.CommandLine;

namespace Berth.Specs;

/// <summary>What a command in this process has printed.</summary>
internal sealed class Said : IOutputSink
{
    private readonly StringBuilder _all = new();
    private readonly StringBuilder _errors = new();

    public string Text => _all.ToString();

    public string Errors => _errors.ToString();

    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        _all.Append(text);
        _ = channel == OutputChannel.Error ? _errors.Append(text) : _errors;
    }

    public ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;
}
