using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Client;

/// <summary>
/// Writes a command's words straight to this process's own outputs. A reader that has gone is no failure; an output that takes nothing
/// (a full disk behind it) is one, and the command that printed it must not end as if all was well.
/// </summary>
internal sealed class ConsoleSink : IOutputSink
{
    private static readonly CancellationTokenSource NobodyReads = new();

    private readonly Lock _writing = new();
    private SystemFault? _fault;

    /// <summary>This process's two outputs.</summary>
    public static ConsoleSink Shared { get; } = new();

    /// <summary>Ends when the reader of standard output has gone.</summary>
    public static CancellationToken Unheard => NobodyReads.Token;

    public static CommandOutput Output(Caller caller) => new(Shared, caller);

    public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
    {
        lock (_writing)
        {
            try
            {
                // Not through the console, which asks the terminal's database first and turns its keypad about.
                var rest = Posix.Write((int)channel, utf8);
                if (!rest.IsEmpty)
                {
                    using var patient = channel == OutputChannel.Error ? Console.OpenStandardError() : Console.OpenStandardOutput();
                    patient.Write(rest);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Said once, at the end; meanwhile the command goes on, for what it changes must not depend on who listens.
                var fault = SystemFault.Of(e);
                if (fault.Number != SystemFault.BrokenPipe)
                {
                    _fault ??= fault;
                }
                else if (channel == OutputChannel.Standard)
                {
                    _ = NobodyReads.CancelAsync();
                }
            }
        }
    }

    public ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    /// <returns>
    /// The status to exit with: a command whose words were lost has not succeeded, and one that was ended because nobody read them has not failed.
    /// </returns>
    public int Finish(int status, Caller caller)
    {
        const int interrupted = 130;
        if (status == interrupted && Unheard.IsCancellationRequested)
        {
            return 0;
        }

        if (_fault is not { } fault)
        {
            return status;
        }

        var printed = ProblemPrinter.Print(new CommandOutput(this, caller), ProgramProblems.OutputLost(fault), caller);
        return status == 0 ? printed : status;
    }
}
