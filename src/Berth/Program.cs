using System.Net.Sockets;
using Berth.Authority;
using Berth.Client;
using Berth.Commands;
using Berth.Daemon;
using Berth.Doctor;
using Berth.Installing;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins.Templates;
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
        Posix.FillStandardDescriptors();
        if (args is [Launcher.Verb, ..])
        {
            return Launcher.Run(args[1..]);
        }

        if (args is ["__plugin", "--all", var program, ..])
        {
            return PluginParent.Run(program, args[3..]);
        }

        // Before anything asks for the outputs: the framework keeps copies of them, and a caller that waits for their end waits for ever.
        var fault = DetachedProcess.LeaveIfAsked(args);
        var caller = Invocation.Caller;
        return ConsoleSink.Shared.Finish(
            fault is null ? Guarded(args, caller) : ProblemPrinter.Print(ConsoleSink.Output(caller), fault, caller), caller);
    }

    /// <summary>Runs the words; whatever goes wrong is told in words, never as a trace.</summary>
    private static int Guarded(string[] args, Caller caller)
    {
        try
        {
            Invocation.RefuseForeignBytes();
            return Run(Invocation.WordsOf(args), caller);
        }
        catch (ProblemException e)
        {
            return ProblemPrinter.Print(ConsoleSink.Output(caller), e.Problem, caller);
        }
        catch (OperationCanceledException)
        {
            // Asked to end before it had begun.
            return 0;
        }
        catch (Exception e) when (SystemFault.Of(e).Number == SystemFault.TooManyFiles || e is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets })
        {
            return ProblemPrinter.Print(ConsoleSink.Output(caller), ProgramProblems.TooManyFiles(), caller);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return ProblemPrinter.Print(ConsoleSink.Output(caller), ProgramProblems.Internal("none", e), caller);
        }
    }

    private static int Run(string[] args, Caller caller)
    {
        if (Invocation.Name == "sigil")
        {
            return SigilProgram.Run(args, Invocation.OpenInput, ConsoleSink.Output(caller));
        }

        var remote = ForcedCommand.WordsOf(args);
        var words = remote ?? args;
        var environment = GlobalEnvironment.OfMachine();
        var roots = RootsIn(environment);
        if (OtherAccount.TryRun(environment.Applied(words), roots, caller) is { } status)
        {
            return status;
        }

        environment.Add(roots.Home);
        roots = RootsIn(environment);
        return remote is not null && GitOverSsh.TryRun(words, roots) is { } answered ? answered : Dispatch(words, environment, roots, caller);
    }

    private static int Dispatch(string[] words, GlobalEnvironment environment, StateRoots roots, Caller caller)
    {
        var applied = environment.Applied(words);
        var globals = GlobalWords.Strip(applied);
        caller = globals.SaidBy(caller);
        var output = ConsoleSink.Output(caller);
        var local = globals.Words switch
        {
            ["serve", .. var rest] => ServeCommand.RunAsync(rest, roots, caller, output),
            ["ca", "serve", .. var rest] => AuthorityCommand.ServeAsync(rest, roots, output),
            ["ca", "pebble", .. var rest] => PebbleCommand.RunAsync(rest, output),
            ["ca", .. var rest] => CaCommand.RunAsync(rest, roots, caller, output),
            ["doctor", ..] => DoctorCommand.RunAsync(globals.WordsWithApp[1..], roots, caller, output),
            ["install", .. var rest] => InstallCommand.RunAsync(rest, output),
            ["uninstall", .. var rest] => UninstallCommand.RunAsync(rest, output),
            ["completion", .. var rest] => CompletionCommand.Run(rest, output),
            ["explain", .. var rest] => ExplainCommand.Run(rest, caller, output),
            ["version", ..] or ["--version"] or ["-v"] => VersionCommand.Run(caller, output),
            _ => null,
        };
        return local is not null ? local.GetAwaiter().GetResult()
            : words is [CompletionCommand.Hidden, ..] ? Complete(words, roots, caller)
            : Elsewhere(applied, roots, caller);
    }

    private static int Elsewhere(string[] words, StateRoots roots, Caller caller)
    {
        if (ReadsFilesOfTheCaller(words))
        {
            return LocalRun.RunBeside(words, roots, caller);
        }

        words = NamedInput.Of(words, out var file);
        using var named = file is null ? null : NamedInput.Open(file);
        using var client = ControlClient.TryConnect(roots);
        if (client is null)
        {
            return LocalRun.Run(words, roots, caller, named);
        }

        var (sent, writeInput) = named is null ? CallersInput.Of(words) : (words, named.CopyTo);
        return client.Run(Invocation.Request(sent, roots), writeInput ?? Invocation.CopyInput);
    }

    /// <summary>The daemon has at hand what could come next; without it, or where it does not talk to this user, the files tell.</summary>
    private static int Complete(string[] words, StateRoots roots, Caller caller)
    {
        using var client = TryClient(roots);
        return client?.Run(Invocation.Request(words, roots), static _ => { }) ?? LocalRun.RunBeside(words, roots, caller);
    }

    private static ControlClient? TryClient(StateRoots roots)
    {
        try
        {
            return ControlClient.TryConnect(roots);
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    /// <summary>A path means a file of the caller, with the caller's rights; the daemon, which may be root, must not read it for them.</summary>
    private static bool ReadsFilesOfTheCaller(string[] words) =>
        GlobalWords.CommandIn(words).StartsWith("ssh-keys:", StringComparison.Ordinal);

    private static StateRoots RootsIn(GlobalEnvironment environment)
    {
        try
        {
            return StateRoots.From(name => name == "DOKKU_LIB_ROOT" ? environment.LibRoot : environment[name]);
        }
        catch (IOException e)
        {
            throw ProgramProblems.NoWorkingFolder().AsException(e);
        }
    }
}
