using Berth.Platform.CommandLine;

namespace Berth.Platform.Processes;

/// <summary>Prints progress as steps; what is only waited for is told to somebody who watches, not to scripts.</summary>
internal sealed class StepProgress(CommandOutput output) : IWaitProgress
{
    public void Report(string value) => output.Step(value);

    public void Waiting(string text)
    {
        if (output.OnTerminal)
        {
            output.Detail(text);
        }
    }
}
