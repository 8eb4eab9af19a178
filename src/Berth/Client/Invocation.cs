using System.Text;
using System.Text.Unicode;
using Berth.Commands;
using Berth.Control;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;
using Berth.Storage;
using Microsoft.Win32.SafeHandles;

namespace Berth.Client;

/// <summary>How this process was called: by which name, by whom, on what terminal.</summary>
internal static class Invocation
{
    private static byte[] CommandLine { get; } = Posix.ReadKernelFile("/proc/self/cmdline");

    /// <summary>The name this program was called by.</summary>
    public static string Name { get; } = CalledAs();

    public static Caller Caller { get; } = new(
        CurrentUser.Id,
        Name == "dokku" ? "dokku" : "berth",
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected)
    {
        // Over SSH nobody is believed: what a key may send are words.
        WithinPlugin = ForcedCommand.KeyName is null && (IsSet(PluginEnvironment.Nested) || Name is "plugn" or "prop"),
        Operations = ForcedCommand.KeyName is null ? Environment.GetEnvironmentVariable(PluginEnvironment.Operations)?.Split(' ') ?? [] : [],
        InputIsTerminal = !Console.IsInputRedirected,
        SshUser = ForcedCommand.UserName(CurrentUser.IsRoot),
        SshName = ForcedCommand.KeyName ?? (IsSet(PluginEnvironment.Nested) ? Environment.GetEnvironmentVariable("NAME") : null) ?? "",
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

    /// <summary>Refuses words that are not UTF-8: the framework replaces such bytes silently, and another app or value would be meant.</summary>
    /// <exception cref="Kernel.ProblemException">One of them is not.</exception>
    public static void RefuseForeignBytes()
    {
        var words = CommandLine.AsSpan()[(ProgramEnd + 1)..];
        for (var position = 1; !words.IsEmpty; position++)
        {
            var end = words.IndexOf((byte)0);
            var word = end < 0 ? words : words[..end];
            if (!Utf8.IsValid(word))
            {
                throw ProgramProblems.WordNotText(position, Encoding.UTF8.GetString(word)).AsException();
            }

            words = end < 0 ? [] : words[(end + 1)..];
        }
    }

    private static int ProgramEnd => Math.Max(0, CommandLine.AsSpan().IndexOf((byte)0));

    /// <summary>The first word of the command line as the caller wrote it; the framework only knows the file behind it.</summary>
    private static string CalledAs() => Path.GetFileName(Encoding.UTF8.GetString(CommandLine.AsSpan(0, ProgramEnd)));

    public static CallRequest Request(string[] words, StateRoots roots) => new()
    {
        Home = IsSet("DOKKU_ROOT") ? roots.Home : "",
        Words = words,
        Program = Caller.Program,
        OutputIsTerminal = Caller.OutputIsTerminal,
        ErrorIsTerminal = Caller.ErrorIsTerminal,
        Colour = Caller.Coloured,
        WithinPlugin = Caller.WithinPlugin,
        Operations = [.. Caller.Operations],
        InputIsTerminal = Caller.InputIsTerminal,
        SshUser = Caller.SshUser,
        SshName = Caller.SshName,
    };

    public static void CopyInput(Stream stream)
    {
        using var input = OpenInput();
        input.CopyTo(stream);
    }

    /// <summary>Standard input. A terminal is read as it is: the framework would set it up first, and turn its keypad about.</summary>
    public static Stream OpenInput() => Console.IsInputRedirected
        ? Console.OpenStandardInput()
        : new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
}
