using System.ComponentModel;
using System.Diagnostics;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Git;

/// <summary>
/// Runs git and the SSH programs beside it: words as they are, never a shell, and an end when the caller goes away. A daemon that is root
/// starts them as the owner of <c>DOKKU_ROOT</c>: what they read there can name programs to run, and what they write could be a link.
/// </summary>
internal static class GitProgram
{
    private const int Most = 1 << 20;

    /// <param name="program">Its name, looked up in PATH.</param>
    /// <param name="words">Its arguments.</param>
    /// <param name="home"><c>DOKKU_ROOT</c>, whose owner runs it.</param>
    /// <param name="environment">Variables to add.</param>
    /// <param name="output">Where both its outputs go as they come; null to keep standard output instead.</param>
    /// <param name="cancel">Ends the program.</param>
    /// <returns>Its status, what it printed (empty when that went to <paramref name="output"/>), and its complaints.</returns>
    /// <exception cref="ProblemException">There is no such program, or the owner has no name.</exception>
    public static async Task<(int Status, string Said, string Complained)> RunAsync(
        string program,
        IEnumerable<string> words,
        string home,
        IReadOnlyDictionary<string, string> environment,
        CommandOutput? output,
        CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        Become(start, home);
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Start(start);
        process.StandardInput.Close();
        using var ending = cancel.Register(() => process.Kill(entireProcessTree: true));
        var said = PassAsync(process.StandardOutput.BaseStream, OutputChannel.Standard, output);
        var complained = PassAsync(process.StandardError.BaseStream, OutputChannel.Error, output);
        var result = (Said: await said, Complained: await complained);
        await process.WaitForExitAsync(CancellationToken.None);
        cancel.ThrowIfCancellationRequested();
        return (process.ExitCode, result.Said, result.Complained);
    }

    private static void Become(ProcessStartInfo start, string home)
    {
        if (FileOwner.ToBecomeIn(home) is { } owner)
        {
            start.UserName = AccountName.Of(owner.User)
                ?? throw GitProblems.Failed(start.FileName, $"the owner of {home}, account number {owner.User}, has no name to run it as").AsException();
            start.Environment["HOME"] = home;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw GitProblems.NoProgram(start.FileName).AsException(e);
        }
    }

    private static async Task<string> PassAsync(Stream from, OutputChannel channel, CommandOutput? output)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await from.ReadAsync(buffer, CancellationToken.None)) > 0)
        {
            output?.Bytes(channel, buffer.AsSpan(0, read));
            if ((output is null || channel == OutputChannel.Error) && kept.Length + read <= Most)
            {
                kept.Write(buffer, 0, read);
            }
        }

        return System.Text.Encoding.UTF8.GetString(kept.ToArray());
    }
}
