using System.Text;
using Berth.Control;
using Berth.Platform.CommandLine;

namespace Berth.Client;

/// <summary>How this process was called: by which name, by whom, on what terminal.</summary>
internal static class Invocation
{
    public static Caller Caller { get; } = new(
        CurrentUser.Id,
        CalledAs() == "dokku" ? "dokku" : "berth",
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected)
    {
        InputIsTerminal = !Console.IsInputRedirected,
        SshUser = ForcedCommand.UserName(CurrentUser.IsRoot),
        SshName = ForcedCommand.KeyName ?? "default",
        Coloured = Environment.GetEnvironmentVariable("NO_COLOR") is null or ""
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
    };

    /// <summary>The first word of the command line as the caller wrote it; the framework only knows the file behind it.</summary>
    private static string CalledAs()
    {
        var line = File.ReadAllBytes("/proc/self/cmdline");
        return Path.GetFileName(Encoding.UTF8.GetString(line.AsSpan(0, Math.Max(0, line.AsSpan().IndexOf((byte)0)))));
    }

    public static CallRequest Request(string[] words) => new()
    {
        Words = words,
        Program = Caller.Program,
        OutputIsTerminal = Caller.OutputIsTerminal,
        ErrorIsTerminal = Caller.ErrorIsTerminal,
        Colour = Caller.Coloured,
        InputIsTerminal = Caller.InputIsTerminal,
        SshUser = Caller.SshUser,
        SshName = Caller.SshName,
    };

    public static void CopyInput(Stream stream)
    {
        using var input = Console.OpenStandardInput();
        input.CopyTo(stream);
    }
}
