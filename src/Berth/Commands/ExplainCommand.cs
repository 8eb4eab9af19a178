using System.Reflection;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>Prints a problem's page. The pages of <c>docs/problems</c> travel inside the binary.</summary>
internal static class ExplainCommand
{
    private const string Prefix = "problems/";

    public static Task<int> Run(string[] words, Caller caller, CommandOutput output)
    {
        if (words is [var word] && word is not ("--help" or "-h"))
        {
            // Codes are in small letters.
            var code = word.ToLowerInvariant();
            output.Raw(Page(code) ?? throw Unknown(word, code).AsException());
            return Task.FromResult(0);
        }

        List(caller, output);
        return Task.FromResult(0);
    }

    private static Problem Unknown(string word, string code)
    {
        string[] holding = [.. ProblemTable.All.Select(known => known.Id)
            .Where(id => $"-{id}-".Contains($"-{code}-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        return ProgramProblems.UnknownProblem(word, Nearest.Of(code, ProblemTable.All.Select(known => known.Id)), holding);
    }

    private static void List(Caller caller, CommandOutput output)
    {
        output.Line($"Usage: {caller.Program} explain <code>");
        output.Line();
        var width = ProblemTable.All.Max(known => known.Id.Length);
        foreach (var code in ProblemTable.All.Select(known => known.Id).Order(StringComparer.Ordinal))
        {
            output.Line($"    {code.PadRight(width)}  {Summary(Page(code) ?? "")}".TrimEnd());
        }
    }

    /// <returns>The paragraph below a page's title, on one line.</returns>
    internal static string Summary(string page) => string.Join(' ', page.Split('\n')
        .SkipWhile(line => line.Length == 0 || line[0] == '#')
        .TakeWhile(line => line.Length > 0)
        .Select(line => line.Trim()));

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
