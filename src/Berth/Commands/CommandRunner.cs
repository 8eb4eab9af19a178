using Berth.Control;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;
using Microsoft.Extensions.Logging;

namespace Berth.Commands;

/// <summary>
/// Runs one call: global words off, then help, a built-in command or a plugin's, and what goes wrong printed. The same in the daemon
/// and without one.
/// </summary>
/// <param name="table">The built-in commands.</param>
/// <param name="triggers">Asks plugins whether the caller may.</param>
/// <param name="plugins">Knows everyone else's commands.</param>
/// <param name="inDaemon">Whether commands that need the daemon may run.</param>
/// <param name="socket">Where the daemon would be.</param>
/// <param name="appNamed">Told of the words that may name an app, before the command runs.</param>
/// <param name="log">Takes our own faults.</param>
internal sealed partial class CommandRunner(
    CommandTable table,
    PluginTriggers triggers,
    PluginCommands plugins,
    bool inDaemon,
    string socket,
    Action<string> appNamed,
    ILogger<CommandRunner> log)
{
    // What Dokku's users of 2016 type: the bare feature with an app behind it.
    private static readonly Dictionary<string, string> Shorthand = new(StringComparer.Ordinal)
    {
        ["apps"] = "apps:list",
        ["certs"] = "certs:report",
        ["config"] = "config:show",
        ["domains"] = "domains:report",
        ["ps"] = "ps:report",
    };

    private const int Interrupted = 130; // 128 + SIGINT, as a shell reports it

    /// <param name="words">The words after the program's name.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="sink">Where output goes.</param>
    /// <param name="openInput">Asks for standard input.</param>
    /// <param name="interrupted">Ctrl-C.</param>
    /// <param name="gone">The client's connection ended; only commands that follow, and plugins' commands, end with it.</param>
    public async Task<int> RunAsync(
        IReadOnlyList<string> words,
        Caller caller,
        IOutputSink sink,
        Func<Stream> openInput,
        CancellationToken interrupted,
        CancellationToken gone)
    {
        var output = new CommandOutput(sink, caller);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(interrupted, gone);
        try
        {
            var globals = GlobalWords.Strip(words);
            caller = globals.SaidBy(caller);
            output = new CommandOutput(sink, caller);
            return await AnswerAsync(new Asked(globals.Words, caller, output, openInput, interrupted, ends.Token));
        }
        catch (ProblemException e)
        {
            return ProblemPrinter.Print(output, e.Problem, caller);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (ClientGoneException)
        {
            // Nobody is there to be told, and nothing of the daemon's failed.
            return Interrupted;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var reference = Guid.NewGuid().ToString("N")[..8];
            Failed(log, reference, string.Join(' ', words.Take(1)), e);
            return ProblemPrinter.Print(output, ProgramProblems.Internal(reference, e), caller);
        }
    }

    /// <summary>Runs a built-in command on behalf of another one, for the same caller and with the same outputs.</summary>
    public Task<int> RunBuiltInAsync(IReadOnlyList<string> words, CommandCall call)
    {
        var globals = GlobalWords.Strip(words);
        var caller = globals.SaidBy(call.Caller) with { App = null };
        var asked = new Asked(globals.Words, caller, call.Output.For(caller), call.OpenInput, call.Cancel, call.Cancel);
        return table.Find(asked.Words[0]) is { } command ? RunAsync(command, asked) : throw Unknown(asked);
    }

    private async Task<int> AnswerAsync(Asked asked)
    {
        await triggers.AuthorizeAsync(asked.Words, asked.Output, asked.Ends);
        if (HelpRequest.Of(asked.Words, table, asked.Caller.App is not null) is { } help)
        {
            return await HelpAsync(asked, help);
        }

        var name = asked.Words[0];
        return (table.Find(name) ?? table.Find(Shorthand.GetValueOrDefault(name, ""))) is { } command
            ? await RunAsync(command, asked)
            : await plugins.TryRunAsync(asked.Words, asked.CallOf(asked.Words, asked.Ends))
                ?? (table.FindFeature(name) is { } feature ? await HelpAsync(asked, new HelpRequest(feature, Everything: false)) : throw Unknown(asked));
    }

    private async Task<int> HelpAsync(Asked asked, HelpRequest help)
    {
        if (help.About is { } feature)
        {
            HelpText.ForFeature(asked.Output, feature, asked.Caller.Program);
            return 0;
        }

        await HelpText.ForAllAsync(
            asked.Output, table, asked.Caller.Program, help.Everything, everything => plugins.HelpAsync(everything, asked.Caller, asked.Ends));
        return 0;
    }

    private Task<int> RunAsync(Command command, Asked asked)
    {
        if (command.NeedsRoot && !asked.Caller.IsRoot)
        {
            throw CommandLineProblems.NeedsRoot().AsException();
        }

        if (command.NeedsDaemon && !inDaemon)
        {
            throw ProgramProblems.NoDaemon(command.Name, socket).AsException();
        }

        string[] words = asked.Caller.App is { } app ? [app, .. asked.Words.Skip(1)] : [.. asked.Words.Skip(1)];
        foreach (var word in words.Take(3))
        {
            appNamed(word);
        }

        return command.Run(asked.CallOf(words, command.Follows ? asked.Ends : asked.Interrupted));
    }

    private ProblemException Unknown(Asked asked) =>
        (Counterparts.Of(asked.Words[0]) ?? CommandLineProblems.UnknownCommand(asked.Words, table.Nearest(asked.Words[0]), asked.Caller.Program))
        .AsException();

    [LoggerMessage(1001, LogLevel.Error, "Command {Command} failed unexpectedly (reference {Reference})")]
    private static partial void Failed(ILogger log, string reference, string command, Exception cause);

    /// <summary>A call after its global words.</summary>
    /// <param name="Words">The command and its words.</param>
    /// <param name="Caller">Who calls, with what the global words said.</param>
    /// <param name="Output">Where output goes.</param>
    /// <param name="OpenInput">Asks for standard input.</param>
    /// <param name="Interrupted">Ctrl-C.</param>
    /// <param name="Ends">Ctrl-C, or the client has gone.</param>
    private sealed record Asked(
        IReadOnlyList<string> Words, Caller Caller, CommandOutput Output, Func<Stream> OpenInput, CancellationToken Interrupted, CancellationToken Ends)
    {
        public CommandCall CallOf(IReadOnlyList<string> words, CancellationToken cancel) =>
            new() { Name = Words[0], Words = words, Caller = Caller, Output = Output, OpenInput = OpenInput, Cancel = cancel };
    }
}
