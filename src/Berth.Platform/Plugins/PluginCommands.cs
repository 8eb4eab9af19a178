using System.Text;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins;

/// <summary>
/// The commands of other people's plugins: <c>&lt;plugin&gt;/subcommands/default</c> for the bare name, <c>&lt;plugin&gt;/subcommands/&lt;word&gt;</c>
/// for <c>plugin:word</c>, and where neither is there every plugin's <c>commands</c>, each of which may say that the command is not its own.
/// </summary>
public sealed class PluginCommands(PluginCatalog catalog, PluginEnvironment environment, CompatibilityFiles files, TimeProvider time)
{
    /// <summary>The status with which a <c>commands</c> program passes a command on.</summary>
    public const int NotMine = 10;

    private static readonly TimeSpan HelpPatience = TimeSpan.FromSeconds(5);
    private readonly PluginProgram _programs = new(time);

    /// <summary>Runs a command that is none of Berth's own.</summary>
    /// <param name="words">The command's name and its words; all are passed on.</param>
    /// <param name="call">Who called, and where output goes.</param>
    /// <returns>The exit status, or null when no plugin knows the command.</returns>
    public async Task<int?> TryRunAsync(IReadOnlyList<string> words, CommandCall call)
    {
        if (catalog.Enabled.Count == 0)
        {
            return null;
        }

        var input = new SharedInput(call.OpenInput);
        if (ProgramOf(words[0]) is { } program)
        {
            return await RunAsync(program, words, input, call.Output, call.Cancel);
        }

        int? result = null;
        foreach (var (_, commands) in catalog.Executables("commands"))
        {
            var status = await RunAsync(commands, words, input, call.Output, call.Cancel);
            if (status is not (0 or NotMine))
            {
                return status;
            }

            result = status == 0 ? 0 : result;
        }

        return result;
    }

    /// <summary>The help lines of all plugins, as Dokku's <c>help</c> collects them: <c>name arguments, description</c>.</summary>
    /// <param name="everything">Every command rather than a line for each plugin.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<string>> HelpAsync(bool everything, Caller caller, CancellationToken cancel)
    {
        var lines = new List<string>();
        foreach (var (_, commands) in catalog.Executables("commands"))
        {
            lines.AddRange(await HelpOfAsync(commands, everything, caller, cancel));
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private async Task<string[]> HelpOfAsync(string commands, bool everything, Caller caller, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(HelpPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        var kept = new KeptOutput();
        try
        {
            // Plugins look at the command line of who started them to know whether all is wanted.
            var words = everything ? new[] { "__plugin", "--all", commands, "help" } : ["help"];
            var program = everything ? $"{catalog.Folders.Programs}/dokku" : commands;
            await RunAsync(program, words, SharedInput.None, new CommandOutput(kept, caller with { OutputIsTerminal = false }), either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // One plugin that hangs must not cost the others their help.
        }

        return [.. kept.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => Kernel.Printable.Of(line))];
    }

    // Words become file names here: anything that is not one plain name finds nothing.
    private string? ProgramOf(string command)
    {
        var colon = command.IndexOf(':', StringComparison.Ordinal);
        var (plugin, word) = colon < 0 ? (command, "default") : (command[..colon], command[(colon + 1)..]);
        return catalog.Enabled.Contains(plugin) && word.Length > 0 && !word.Contains('/', StringComparison.Ordinal) && word is not ("." or "..")
            && !word.Contains('\0', StringComparison.Ordinal)
            && $"{catalog.Folders.Enabled}/{plugin}/subcommands/{word}" is var path && PluginCatalog.IsExecutable(path)
            ? path
            : null;
    }

    private Task<int> RunAsync(string program, IReadOnlyList<string> words, SharedInput input, CommandOutput output, CancellationToken cancel)
    {
        files.Ensure();
        var account = PluginAccount.Of(output.Caller, catalog.Folders.Roots);
        return _programs.RunAsync(
            new PluginRun
            {
                Program = program,
                Arguments = words,
                Environment = environment.For(output.Caller, account),
                Account = account,
                Folder = catalog.Folders.Roots.Home,
                Input = input,
                Output = output,
            },
            cancel);
    }

    /// <summary>Keeps what a program prints, as far as it is reasonable.</summary>
    private sealed class KeptOutput : IOutputSink
    {
        private const int Limit = 256 * 1024;
        private readonly List<byte> _kept = [];

        public string Text => Encoding.UTF8.GetString([.. _kept]);

        public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8)
        {
            if (channel == OutputChannel.Standard && _kept.Count < Limit)
            {
                _kept.AddRange(utf8);
            }
        }

        public ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;
    }
}
