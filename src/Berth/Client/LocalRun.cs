using Berth.Commands;
using Berth.Control;
using Berth.Daemon;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Client;

/// <summary>Runs a command in this process when there is no daemon: all that only concerns state on disk works.</summary>
internal static class LocalRun
{
    /// <param name="words">The words after the program's name.</param>
    /// <param name="roots">Where state lies.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="input">What the command reads as standard input; null for this process's own.</param>
    /// <exception cref="ProblemException">A daemon holds the state but does not answer: it is starting, ending, or elsewhere.</exception>
    public static int Run(string[] words, StateRoots roots, Caller caller, Stream? input)
    {
        if (ControlSocket.IsNamed)
        {
            throw ProgramProblems.NobodyAtSocket(ControlSocket.FileOf(roots)).AsException();
        }

        return IsServed(roots)
            ? throw ProgramProblems.NotAnswering(ControlSocket.FileOf(roots)).AsException()
            : RunBeside(words, roots, caller, input);
    }

    /// <summary>As <see cref="Run"/>, for commands that only touch files no daemon holds: they run here, with or without one.</summary>
    public static int RunBeside(string[] words, StateRoots roots, Caller caller, Stream? input = null)
    {
        using var interrupted = new CancellationTokenSource();
        using var signal = Interrupt.Register(interrupted.Cancel);
        return RunAsync(words, roots, caller, input, interrupted.Token).GetAwaiter().GetResult();
    }

    /// <summary>Whether a daemon holds the state, reachable or not.</summary>
    public static bool IsServed(StateRoots roots) => FileLock.IsHeld($"{roots.Lib}/run/daemon.lock");

    private static async Task<int> RunAsync(string[] words, StateRoots roots, Caller caller, Stream? input, CancellationToken interrupted)
    {
        await using var services = new Services(roots, new EdgeOptions(), new AuthorityAtRest(roots), new NoScheduler(), inDaemon: false, NullLoggerFactory.Instance);
        return await services.Runner.RunAsync(words, caller, ConsoleSink.Shared, () => input ?? InputOf(words), interrupted, ConsoleSink.Unheard);
    }

    private static Stream InputOf(string[] words)
    {
        if (CertificateInput.TryOf(words) is not { } named)
        {
            return Invocation.OpenInput();
        }

        var input = new MemoryStream();
        named.Write(input);
        input.Position = 0;
        return input;
    }
}
