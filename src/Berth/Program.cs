using Berth.Client;
using Berth.Commands;
using Berth.Daemon;
using Berth.Installing;
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
        if (args is ["__launch", ..])
        {
            return Launcher.Run(args[1..]);
        }

        if (args is ["__plugin", "--all", var program, ..])
        {
            return PluginParent.Run(program, args[3..]);
        }

        try
        {
            return Run(Invocation.WordsOf(args));
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

    private static int Run(string[] args)
    {
        var remote = ForcedCommand.WordsOf(args);
        var words = remote ?? args;
        var environment = GlobalEnvironment.OfMachine();
        var roots = RootsIn(environment);
        if (OtherAccount.TryRun(words, roots, Invocation.Caller) is { } status)
        {
            return status;
        }

        environment.Add(roots.Home);
        roots = RootsIn(environment);
        return remote is not null && GitOverSsh.TryRun(words, roots) is { } answered ? answered : Dispatch(words, environment, roots);
    }

    private static StateRoots RootsIn(GlobalEnvironment environment) =>
        StateRoots.From(name => name == "DOKKU_LIB_ROOT" ? environment.LibRoot : environment[name]);

    private static int Dispatch(string[] words, GlobalEnvironment environment, StateRoots roots) => words switch
    {
        ["serve", ..] => Here((_, output) => ServeCommand.RunAsync(words[1..], roots, output)),
        ["ca", "serve", ..] => Here((_, output) => AuthorityCommand.ServeAsync(words[2..], roots, output)),
        ["doctor", ..] => Here((caller, output) => Doctor.DoctorCommand.RunAsync(words[1..], roots, caller, output)),
        ["install", ..] => Here((_, output) => InstallCommand.RunAsync(words[1..], output)),
        ["uninstall", ..] => Here((_, output) => UninstallCommand.RunAsync(words[1..], output)),
        ["completion", ..] => Here((_, output) => CompletionCommand.Run(words[1..], output)),
        [CompletionCommand.Hidden, ..] => LocalRun.RunBeside(words, roots, Invocation.Caller),
        ["explain", ..] => Here((_, output) => ExplainCommand.Run(words[1..], output)),
        ["version"] or ["--version"] or ["-v"] => Here((caller, output) => VersionCommand.Run(caller, output)),
        _ => Elsewhere(environment.Applied(words), roots),
    };

    private static int Elsewhere(string[] words, StateRoots roots)
    {
        if (ReadsFilesOfTheCaller(words))
        {
            return LocalRun.RunBeside(words, roots, Invocation.Caller);
        }

        words = NamedInput.Of(words, out var file);
        using var named = file is null ? null : NamedInput.Open(file);
        using var client = ControlClient.TryConnect(roots);
        if (client is null)
        {
            return LocalRun.Run(words, roots, Invocation.Caller, named);
        }

        var (sent, writeInput) = named is null ? InputOf(words) : (words, named.CopyTo);
        return client.Run(Invocation.Request(sent), writeInput);
    }

    /// <summary>A path means a file of the caller, with the caller's rights; the daemon, which may be root, must not read it for them.</summary>
    private static bool ReadsFilesOfTheCaller(string[] words) =>
        words.FirstOrDefault(word => !word.StartsWith("--", StringComparison.Ordinal)) is { } name && name.StartsWith("ssh-keys:", StringComparison.Ordinal);

    /// <summary>Standard input, except that a folder to deploy is read here, with the caller's rights, and sent as an archive.</summary>
    private static (string[] Words, Action<Stream> WriteInput) InputOf(string[] args)
    {
        if (args is ["deploy", _] && !Console.IsInputRedirected)
        {
            throw ProgramProblems.FolderNotNamed(args[1]).AsException();
        }

        var start = Array.IndexOf(args, "deploy");
        return CertificateInput.TryOf(args) is { } certificate ? (args, certificate) : start >= 0 && args[..start].All(word => word.StartsWith("--", StringComparison.Ordinal)) && args[start..] is [_, var app, var folder]
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
