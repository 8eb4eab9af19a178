using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins;

/// <summary>Runs git for plugins: an argument list, no questions asked, no addresses that run programs (<c>ext::</c>).</summary>
public sealed class GitProgram(TimeProvider time)
{
    private const int Kept = 4000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <returns>What git says of itself: <c>git version 2.47.3</c>.</returns>
    /// <exception cref="IOException">There is no git.</exception>
    public static async Task<string> VersionAsync(TimeProvider time, CancellationToken cancel) =>
        Kernel.Printable.Of((await new GitProgram(time).RunAsync(["--version"], null, cancel)).Output.Trim());

    /// <param name="arguments">What git gets.</param>
    /// <param name="echo">Also shows what git says on standard error; null keeps it.</param>
    /// <param name="cancel">Ends git.</param>
    /// <returns>Its status and what it printed on either stream.</returns>
    /// <exception cref="IOException">There is no git, or it took longer than ten minutes.</exception>
    public async Task<(int Status, string Output, string Error)> RunAsync(
        IReadOnlyList<string> arguments, CommandOutput? echo, CancellationToken cancel)
    {
        using var process = Start(arguments);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = ReadAsync(process.StandardError, echo);
        try
        {
            await process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancel.ThrowIfCancellationRequested();
            throw new IOException("git did not end within ten minutes");
        }

        return (process.ExitCode, await output, await error);
    }

    private static Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        // Whoever may name a repository here is root, or git says whose it is.
        start.Environment["GIT_CONFIG_COUNT"] = "1";
        start.Environment["GIT_CONFIG_KEY_0"] = "safe.directory";
        start.Environment["GIT_CONFIG_VALUE_0"] = "*";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_ALLOW_PROTOCOL"] = "https:http:ssh:git:file";
        start.Environment["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new IOException($"the git program: {e.Message}", e);
        }
    }

    private static async Task<string> ReadAsync(StreamReader from, CommandOutput? echo)
    {
        var kept = new StringBuilder();
        while (await from.ReadLineAsync() is { } line)
        {
            echo?.ErrorLine(Kernel.Printable.Of(line));
            if (kept.Length < Kept)
            {
                kept.Append(line).Append('\n');
            }
        }

        return kept.ToString();
    }
}
