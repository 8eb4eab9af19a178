using System.Reflection;
using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>Prints a problem's page. The pages of <c>docs/problems</c> travel inside the binary.</summary>
internal static class ExplainCommand
{
    private const string Prefix = "problems/";

    public static Task<int> Run(string[] words, CommandOutput output)
    {
        if (words is not [var code])
        {
            output.Line("Usage: berth explain <code>");
            output.Line();
            foreach (var known in ProblemTable.All)
            {
                output.Line($"    {known}");
            }

            return Task.FromResult(0);
        }

        output.Raw(Page(code) ?? throw ProgramProblems
            .UnknownProblem(code, Nearest.Of(code, ProblemTable.All.Select(known => known.Id))).AsException());
        return Task.FromResult(0);
    }

    private static string? Page(string code)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{code}.md");
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
