using Berth.Installing;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Completion;

namespace Berth.Commands;

/// <summary><c>berth completion &lt;shell&gt;</c> prints a script; the script asks the hidden command what could come next.</summary>
internal static class CompletionCommand
{
    /// <summary>The word shells use to ask: <c>__complete [--described] LINE</c>.</summary>
    public const string Hidden = "__complete";

    private const string Described = "--described";
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static Task<int> Run(string[] words, CommandOutput output)
    {
        if (words is [var shell] && Shells.Contains(shell))
        {
            output.Raw(Embedded.Text($"completion.{shell}"));
            return Task.FromResult(0);
        }

        if (words is [] or ["--help" or "-h"])
        {
            output.Line("Usage: berth completion bash|zsh|fish");
            output.Line();
            output.Line("Prints the shell's completion script; berth install puts them all in place. To try one:");
            output.Line("    source <(berth completion bash)");
            output.Line("    source <(berth completion zsh)");
            output.Line("    berth completion fish | source");
            return Task.FromResult(0);
        }

        throw ProgramProblems.BadOption($"There is no completion for '{Printable.Of(string.Join(' ', words))}'.", "Usage: berth completion bash|zsh|fish").AsException();
    }

    public static Command For(CommandTable table, CompletionSources sources) => new(Hidden, "", "", call =>
    {
        var described = call.Words is [Described, ..];
        var line = call.Words.Skip(described ? 1 : 0).FirstOrDefault() ?? "";
        foreach (var candidate in new Completions([.. table.All.Where(command => !command.Hidden)], sources).Of(line))
        {
            call.Output.Line(described && candidate.Summary.Length > 0 ? $"{candidate.Word}\t{candidate.Summary}" : candidate.Word);
        }

        return Task.FromResult(0);
    });
}
