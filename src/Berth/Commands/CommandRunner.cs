using Berth.Kernel;
using Berth.Platform.CommandLine;
using Microsoft.Extensions.Logging;

namespace Berth.Commands;

/// <summary>Runs one call: global words off, command found, body run, problems printed. The same in the daemon and without one.</summary>
internal sealed partial class CommandRunner(
    CommandTable table, bool inDaemon, string socket, Action<string> appNamed, ILogger<CommandRunner> log)
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
    /// <param name="gone">The client's connection ended; only commands that follow end with it.</param>
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
            caller = caller with { Quiet = globals.Quiet, Force = globals.Force };
            output = new CommandOutput(sink, caller);
            if (globals.Words is ["help", var about] && table.FindFeature(about.Split(':')[0]) is { } named)
            {
                HelpText.ForFeature(output, named, caller.Program);
                return 0;
            }

            if (globals.Words is [] or ["help", ..] or ["--help", ..] or ["-h", ..])
            {
                HelpText.ForAll(output, table, caller.Program, globals.Words.Contains("--all"));
                return 0;
            }

            var name = globals.Words[0];
            if (IsHelpOfFeature(globals.Words) is { } feature)
            {
                HelpText.ForFeature(output, feature, caller.Program);
                return 0;
            }

            if (Shorthand.TryGetValue(name, out var full) && table.Find(name) is null)
            {
                name = full;
            }

            var command = Permitted(name, caller);
            foreach (var word in globals.Words.Skip(1).Prepend(globals.App ?? "").Take(3))
            {
                appNamed(word);
            }

            return await command.Run(new CommandCall
            {
                Name = command.Name,
                Words = globals.App is { } app ? [app, .. globals.Words.Skip(1)] : [.. globals.Words.Skip(1)],
                Caller = caller,
                Output = output,
                OpenInput = openInput,
                Cancel = command.Follows ? ends.Token : interrupted,
            });
        }
        catch (ProblemException e)
        {
            return ProblemPrinter.Print(output, e.Problem, caller);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var reference = Guid.NewGuid().ToString("N")[..8];
            Failed(log, reference, string.Join(' ', words.Take(1)), e);
            return ProblemPrinter.Print(output, ProgramProblems.Internal(reference, e), caller);
        }
    }

    private IFeature? IsHelpOfFeature(IReadOnlyList<string> words) =>
        words[0].EndsWith(":help", StringComparison.Ordinal) || words is [_] or [_, "--help"] or [_, "-h"]
            ? table.Find(words[0]) is { } command && words is [_] && command.Name == words[0] ? null : table.FindFeature(words[0].Split(':')[0])
            : null;

    private Command Permitted(string name, Caller caller)
    {
        var command = table.Find(name) ?? throw CommandLineProblems.UnknownCommand(name, table.Nearest(name), caller.Program).AsException();
        if (command.NeedsRoot && !caller.IsRoot)
        {
            throw CommandLineProblems.NeedsRoot().AsException();
        }

        return command.NeedsDaemon && !inDaemon ? throw ProgramProblems.NoDaemon(name, socket).AsException() : command;
    }

    [LoggerMessage(1001, LogLevel.Error, "Command {Command} failed unexpectedly (reference {Reference})")]
    private static partial void Failed(ILogger log, string reference, string command, Exception cause);
}
