using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>The only place that prints problems: what was found, the findings behind it, what to do next, and its page.</summary>
internal static class ProblemPrinter
{
    public static int Print(CommandOutput output, Problem problem, Caller caller)
    {
        foreach (var line in problem.Found.Split('\n'))
        {
            output.Warn(line);
        }

        foreach (var detail in problem.Details)
        {
            output.Warn($"  {caller.AsCalled(detail)}");
        }

        // A script that looks for the exact line of the contract gets that line and nothing after it.
        if (!problem.Code.Contract || caller.ErrorIsTerminal)
        {
            output.Remedy(problem.Remedy);
            output.ErrorLine($"       More: `{caller.Program} explain {problem.Code}`");
        }

        return problem.Code.ExitStatus;
    }
}
