using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>The commands that run in the caller's own process, listed here for help and suggestions; <see cref="Program"/> runs them.</summary>
internal sealed class LocalCommands(string name, string description, params (string Name, string Synopsis, string Summary)[] commands) : IFeature
{
    public static IReadOnlyList<IFeature> All { get; } =
    [
        new LocalCommands("serve", "Run the daemon: edge, apps, renewals", ("serve", "[--http-port N] [--https-port N] [--detach|--stop]", "Run the daemon, or stop it")),
        new LocalCommands(
            "ca",
            "Run Berth's own certificate authority",
            [("ca serve", "[--help]", "Run the authority alone, for other ACME clients"), ("ca pebble", "[-config <file>] [-dnsserver <address>]", "Run a test server in the place of Pebble"), .. Authority.CaCommand.Verbs.Select(verb => ("ca " + verb.Name, verb.Synopsis, verb.Summary))]),
        new LocalCommands("doctor", "Look at this machine and its apps, and say what to do", ("doctor", "[<app>]", "Look at this machine, or at an app as a visitor would")),
        new LocalCommands(
            "install",
            "Make this machine one that serves apps, as the system's dokku",
            ("install", "[--dry-run] [--take-over] [--no-start] [--domain <domain>] [--key <file>] [--root <folder>]", "Make user, folders, links and services"),
            ("uninstall", "[--dry-run] [--root <folder>]", "Take away what install made; apps and data stay")),
        new LocalCommands("completion", "Print a shell's completion script", ("completion", "bash|zsh|fish", "Print a shell's completion script")),
        new LocalCommands("explain", "Explain a problem code", ("explain", "[<code>]", "Print a problem's page, or all codes")),
        new LocalCommands("version", "Show the version", ("version", "", "Show the version")),
    ];

    public string Name => name;

    public string Description => description;

    public IEnumerable<Command> Commands => commands.Select(command =>
        new Command(command.Name, command.Synopsis, command.Summary, call => throw CommandLineProblems.Missing(
            $"{command.Name} takes no words in front of it.", $"Write `berth {command.Name}`.").AsException())
        {
            Keys = command.Name == "explain" ? [.. ProblemTable.All.Select(code => code.Id)] : [],
        });
}
