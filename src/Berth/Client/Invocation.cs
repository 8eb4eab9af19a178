using Berth.Control;
using Berth.Platform.CommandLine;

namespace Berth.Client;

/// <summary>How this process was called: by which name, by whom, on what terminal.</summary>
internal static class Invocation
{
    public static Caller Caller { get; } = new(
        CurrentUser.Id,
        Path.GetFileName(Environment.GetCommandLineArgs()[0]) == "dokku" ? "dokku" : "berth",
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected)
    {
        Coloured = Environment.GetEnvironmentVariable("NO_COLOR") is null or ""
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
    };

    public static CallRequest Request(string[] words) => new()
    {
        Words = words,
        Program = Caller.Program,
        OutputIsTerminal = Caller.OutputIsTerminal,
        ErrorIsTerminal = Caller.ErrorIsTerminal,
        Colour = Caller.Coloured,
    };

    public static void CopyInput(Stream stream)
    {
        using var input = Console.OpenStandardInput();
        input.CopyTo(stream);
    }
}
