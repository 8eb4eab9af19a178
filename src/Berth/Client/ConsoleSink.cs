using Berth.Platform.CommandLine;

namespace Berth.Client;

/// <summary>Writes a command's words straight to this process's own outputs.</summary>
internal sealed class ConsoleSink : IOutputSink
{
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Stream _error = Console.OpenStandardError();
    private readonly Lock _writing = new();

    public static CommandOutput Output(Caller caller) => new(new ConsoleSink(), caller);

    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
    {
        lock (_writing)
        {
            try
            {
                (channel == OutputChannel.Error ? _error : _output).Write(utf8);
            }
            catch (IOException)
            {
                // A closed pipe: nobody reads, and the command goes on.
            }
        }
    }

    public ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;
}
