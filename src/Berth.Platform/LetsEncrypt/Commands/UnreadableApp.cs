using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary>One app's files that cannot be read hide no other's: they are told of, and count in the exit status.</summary>
internal static class UnreadableApp
{
    /// <returns>The exit status from then on.</returns>
    public static int Warn(CommandCall call, AppName app, Problem problem)
    {
        call.Output.Warn($"{app}: {Sentences.Inside(problem.Found)} ({call.Caller.AsCalled(problem.Remedy)})");
        return 1;
    }
}
