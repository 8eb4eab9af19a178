using Berth.Client;
using Berth.Commands;
using Berth.Daemon;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes;
using Berth.Storage;

namespace Berth;

/// <summary>
/// The one program. A few words run here: those that start something, and those that must work when nothing does. All others go to
/// the daemon; where none runs, the same commands run in this process as far as they can.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        DetachedProcess.LeaveIfAsked(args);
        var roots = StateRoots.From(Environment.GetEnvironmentVariable);
        return args switch
        {
            ["__launch", ..] => Launcher.Run(args[1..]),
            ["__plugin", "--all", var program, ..] => PluginParent.Run(program, args[3..]),
            _ when Invocation.Name is "plugn" or "prop" => Elsewhere(Invocation.WordsOf(args), roots),
            ["serve", ..] => Here((_, output) => ServeCommand.RunAsync(args[1..], roots, output)),
            ["ca", "serve", ..] => Here((_, output) => AuthorityCommand.ServeAsync(args[2..], roots, output)),
            ["doctor", ..] => Here((caller, output) => Doctor.DoctorCommand.RunAsync(args[1..], roots, caller, output)),
            ["explain", ..] => Here((_, output) => ExplainCommand.Run(args[1..], output)),
            ["version"] or ["--version"] or ["-v"] => Here((caller, output) => VersionCommand.Run(caller, output)),
            _ => Elsewhere(Invocation.WordsOf(args), roots),
        };
    }

    private static int Elsewhere(string[] args, StateRoots roots)
    {
        try
        {
            args = NamedInput.Of(args, out var file);
            using var named = file is null ? null : NamedInput.Open(file);
            using var client = ControlClient.TryConnect(roots);
            if (client is null)
            {
                return LocalRun.Run(args, roots, Invocation.Caller, named);
            }

            var (words, writeInput) = named is null ? InputOf(args) : (args, named.CopyTo);
            return client.Run(Invocation.Request(words), writeInput);
        }
        catch (ProblemException e)
        {
            return ProblemPrinter.Print(ConsoleSink.Output(Invocation.Caller), e.Problem, Invocation.Caller);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return ProblemPrinter.Print(ConsoleSink.Output(Invocation.Caller), ProgramProblems.InputUnreadable(e.Message), Invocation.Caller);
        }
    }

    /// <summary>Standard input, except that a folder to deploy is read here, with the caller's rights, and sent as an archive.</summary>
    private static (string[] Words, Action<Stream> WriteInput) InputOf(string[] args)
    {
        if (args is ["deploy", _] && !Console.IsInputRedirected)
        {
            throw ProgramProblems.FolderNotNamed(args[1]).AsException();
        }

        var start = Array.IndexOf(args, "deploy");
        return start >= 0 && args[..start].All(word => word.StartsWith("--", StringComparison.Ordinal)) && args[start..] is [_, var app, var folder]
            && !app.StartsWith('-') && !folder.StartsWith('-')
            ? ([.. args[..start], "deploy", app], FolderArchive.Of(folder))
            : (args, static stream => Invocation.CopyInput(stream));
    }

    private static int Here(Func<Caller, CommandOutput, Task<int>> body)
    {
        var caller = Invocation.Caller;
        var output = ConsoleSink.Output(caller);
        try
        {
            return body(caller, output).GetAwaiter().GetResult();
        }
        catch (ProblemException e)
        {
            return ProblemPrinter.Print(output, e.Problem, caller);
        }
        catch (OperationCanceledException)
        {
            // Asked to end before it had begun.
            return 0;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return ProblemPrinter.Print(output, ProgramProblems.Internal("none", e), caller);
        }
    }
}
