using System.Diagnostics;
using System.Runtime.InteropServices;
using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Client;

/// <summary>
/// Commands act as the account that the state belongs to, <c>dokku</c>. Root needs no other, and anyone else goes through sudo, which decides
/// whether they may: administrators by their own right, members of the group <c>dokku</c> by the rule that <c>berth install</c> writes. Files that
/// the words name are read before, with the caller's own rights, and sent as standard input.
/// </summary>
internal static class OtherAccount
{
    // They need no state, or say themselves that they need root.
    private static readonly string[] OwnRight =
        ["version", "--version", "-v", "explain", "completion", CompletionCommand.Hidden, "serve", "ca", "install", "uninstall", "ssh-keys:add", "ssh-keys:remove"];

    private static readonly string[] Programs = ["/usr/bin/sudo", "/usr/local/bin/sudo", "/bin/sudo"];

    /// <returns>The exit status when the command ran as the state's owner; null when it is to run as the caller.</returns>
    /// <exception cref="ProblemException">It needs root, or there is no sudo.</exception>
    public static int? TryRun(string[] words, StateRoots roots, Caller caller)
    {
        var name = GlobalWords.CommandIn(words);
        if (!IsNeeded(roots) || OwnRight.Contains(name))
        {
            return null;
        }

        // Asked for with sudo, it would be run as dokku, who may not either.
        if (name.StartsWith("plugin:", StringComparison.Ordinal) && name is not ("plugin:help" or "plugin:list" or "plugin:installed"))
        {
            throw CommandLineProblems.NeedsRoot().AsException();
        }

        var sudo = Programs.FirstOrDefault(File.Exists) ?? throw ProgramProblems.NoSudo(roots.Home).AsException();
        return Run(sudo, caller.Program, words);
    }

    private static bool IsNeeded(StateRoots roots) =>
        !CurrentUser.IsRoot
        && Environment.GetEnvironmentVariable("DOKKU_ROOT") is null or ""
        && FileOwner.Of(roots.Home) is { } owner
        && owner.User != 0
        && owner.User != CurrentUser.Id;

    private static int Run(string sudo, string program, string[] words)
    {
        var (sent, writeInput) = CallersInput.ForAnother(words);
        var start = new ProcessStartInfo(sudo) { RedirectStandardInput = writeInput is not null };
        foreach (var word in (string[])["-u", "dokku", "-H", "--", PathOf(program), .. sent])
        {
            start.ArgumentList.Add(word);
        }

        // Ctrl-C reaches the whole terminal: the command decides what becomes of it.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var process = Process.Start(start) ?? throw ProgramProblems.NoSudo(sudo).AsException();
        var fault = writeInput is null ? null : Send(writeInput, process.StandardInput.BaseStream);
        process.WaitForExit();
        return fault is null ? process.ExitCode : throw ProgramProblems.InputUnreadable(fault).AsException();
    }

    /// <returns>What could not be read, so that only a part was sent; null when all was, or nobody wanted more.</returns>
    private static string? Send(Action<Stream> writeInput, Stream input)
    {
        try
        {
            using (input)
            {
                writeInput(input);
            }
        }
        catch (IOException e) when (SystemFault.Of(e).Number == SystemFault.BrokenPipe)
        {
            // It has ended already, and said why.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return e.Message;
        }

        return null;
    }

    /// <summary>The name the caller used, as sudo's rules spell it.</summary>
    private static string PathOf(string program) =>
        program == "dokku" && File.Exists("/usr/bin/dokku") ? "/usr/bin/dokku" : Environment.ProcessPath!;
}
