using Berth.Client;
using Berth.Commands;
using Berth.Daemon;
using Berth.Doctor;
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
        if (args is [Launcher.Verb, ..])
        {
            return Launcher.Run(args[1..]);
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
            return Run(args, Roots(), GlobalWords.Strip(args), caller);
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
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return ProblemPrinter.Print(ConsoleSink.Output(caller), ProgramProblems.Internal("none", e), caller);
        }
    }

    private static int Run(string[] args, StateRoots roots, GlobalWords globals, Caller caller)
    {
        caller = caller with { Quiet = globals.Quiet, Force = globals.Force };
        var output = ConsoleSink.Output(caller);
        var local = globals.WordsWithApp switch
        {
            ["serve", .. var words] => ServeCommand.RunAsync(words, roots, caller, output),
            ["ca", "serve", .. var words] => AuthorityCommand.ServeAsync(words, roots, output),
            ["doctor", .. var words] => DoctorCommand.RunAsync(words, roots, caller, output),
            ["explain", .. var words] => ExplainCommand.Run(words, caller, output),
            ["version"] or ["--version"] or ["-v"] => VersionCommand.Run(caller, output),
            _ => null,
        };
        return local is null ? Elsewhere(args, roots, caller) : local.GetAwaiter().GetResult();
    }

    private static int Elsewhere(string[] args, StateRoots roots, Caller caller)
    {
        args = NamedInput.Of(args, out var file);
        using var named = file is null ? null : NamedInput.Open(file);
        using var client = ControlClient.TryConnect(roots);
        if (client is null)
        {
            return LocalRun.Run(args, roots, caller, named);
        }

        var (words, writeInput) = named is null ? InputOf(args) : (args, named.CopyTo);
        return client.Run(Invocation.Request(words), writeInput);
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

    private static StateRoots Roots()
    {
        try
        {
            return StateRoots.From(Environment.GetEnvironmentVariable);
        }
        catch (IOException e)
        {
            throw ProgramProblems.NoWorkingFolder().AsException(e);
        }
    }
}
