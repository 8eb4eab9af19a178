using System.Text;
using Berth.Control;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;

namespace Berth.Client;

/// <summary>How this process was called: by which name, by whom, on what terminal.</summary>
internal static class Invocation
{
    /// <summary>The first word of the command line as the caller wrote it; the framework only knows the file behind it.</summary>
    public static string Name { get; } = CalledAs();

    public static Caller Caller { get; } = new(
        CurrentUser.Id,
        Name == "dokku" ? "dokku" : "berth",
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected)
    {
        // Over SSH nobody is believed: what a key may send are words.
        WithinPlugin = ForcedCommand.KeyName is null && (IsSet(PluginEnvironment.Nested) || Name is "plugn" or "prop"),
        InputIsTerminal = !Console.IsInputRedirected,
        SshUser = ForcedCommand.UserName(CurrentUser.IsRoot),
        SshName = ForcedCommand.KeyName ?? "default",
        Coloured = !IsSet("NO_COLOR") && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
    };

    /// <summary>What is meant when the program is called by another of its names.</summary>
    public static string[] WordsOf(string[] args) => Name switch
    {
        "plugn" => ["plugn", .. args],
        "prop" => ["common:property", .. args],
        _ => args,
    };

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };

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
        WithinPlugin = Caller.WithinPlugin,
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
