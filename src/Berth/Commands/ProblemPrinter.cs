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
            output.Warn($"  {AsCalled(detail, caller.Program)}");
        }

        // A script that looks for the exact line of the contract gets that line and nothing after it.
        if (!problem.Code.Contract || caller.ErrorIsTerminal)
        {
            output.ErrorLine($"       {AsCalled(problem.Remedy, caller.Program)}");
            output.ErrorLine($"       More: `{caller.Program} explain {problem.Code}`");
        }

        return problem.Code.ExitStatus;
    }

    /// <summary>Remedies write commands as <c>`berth …`</c>; who called the program <c>dokku</c> reads that name.</summary>
    public static string AsCalled(string remedy, string program) => program == "berth" ? remedy : remedy
        .Replace("`berth ", $"`{program} ", StringComparison.Ordinal)
        .Replace("`sudo berth ", $"`sudo {program} ", StringComparison.Ordinal);
}
