using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>What can go wrong between a Procfile and a running process.</summary>
public static class ProcessProblems
{
    public static readonly ProblemCode ProcfileInvalid = new("process-procfile-invalid");
    public static readonly ProblemCode CommandUnsupported = new("process-command-unsupported");
    public static readonly ProblemCode TypeInvalid = new("process-type-invalid");
    public static readonly ProblemCode TypeUnknown = new("process-type-unknown");
    public static readonly ProblemCode RestartPolicyInvalid = new("process-restart-policy-invalid", Contract: true);
    public static readonly ProblemCode PlanInvalid = new("process-plan-invalid");
    public static readonly ProblemCode ProgramMissing = new("process-program-missing");
    public static readonly ProblemCode ProgramRefused = new("process-program-refused");
    public static readonly ProblemCode LaunchFailed = new("process-launch-failed");
    public static readonly ProblemCode Exited = new("process-exited");
    public static readonly ProblemCode Unhealthy = new("process-unhealthy");
    public static readonly ProblemCode PortsExhausted = new("process-ports-exhausted");
    public static readonly ProblemCode NotRunning = new("process-not-running");
    public static readonly ProblemCode StateInUse = new("process-state-in-use");

    public static readonly ProblemCode ManifestInvalid = new("process-app-json-invalid");

    internal static Problem InvalidManifest(string reason) => new(
        ManifestInvalid,
        $"The app's app.json {reason}.",
        "Correct the file and deploy again; `formation` and `healthchecks` are what Berth reads of it.");

    internal static Problem InvalidProcfile(string origin, string reason) => new(
        ProcfileInvalid,
        $"{origin} {reason}.",
        "Write one line a process, as in 'web: ./server --port $PORT'; names have letters, digits, '-' and '_'.");

    internal static Problem UnsupportedCommand(string origin, string reason) => new(
        CommandUnsupported,
        $"{origin} {reason}.",
        "Correct the line, or put the command in a script file that starts with #!/bin/sh and name that file.");

    internal static Problem NeedsShell(string origin, string what) => new(
        CommandUnsupported,
        $"{origin} uses {(what == "a line break" ? what : $"'{what}'")}, which needs a shell; commands start without one.",
        "Put the command in a script file that starts with #!/bin/sh, make it executable and name it: 'web: ./start'. "
            + "To pass the character as it is, put it in single quotes.");

    internal static Problem EmptyCommand(string origin, string text) => new(
        CommandUnsupported,
        text.Length == 0 ? $"{origin} names no program." : $"{origin} is left with no program once its variables have their values.",
        "Write the program to start, as in 'web: ./server'; check the names with `berth config:show`.");

    internal static Problem InvalidType(string text) => new(
        TypeInvalid,
        $"'{Printable.Of(text, 60)}' is not a process type.",
        "Process types have letters, digits, '-' and '_', as the names in a Procfile: web, worker.");

    internal static Problem UnknownType(AppName app, ProcessType type, IEnumerable<ProcessType> known) => new(
        TypeUnknown,
        $"{app} has no process type {type}.",
        $"Its Procfile names {string.Join(", ", known)}. Add a line '{type}: command' and deploy, or ask for none of it: `berth ps:scale {app} {type}=0`.");

    internal static Problem InvalidRestartPolicy(string text) => new(
        RestartPolicyInvalid,
        "Invalid restart-policy specified",
        $"'{Printable.Of(text, 60)}' is none: choose no, always, unless-stopped, on-failure or on-failure:N.");

    internal static Problem InvalidPlan(AppName app, string reason, string remedy) => new(PlanInvalid, $"{app} {reason}.", remedy);

    internal static Problem MissingProgram(string origin, string program) => new(
        ProgramMissing,
        $"{origin} names the program '{Printable.Of(program)}', which does not exist.",
        program.Contains('/', StringComparison.Ordinal)
            ? "Check the path: it is looked up from the release folder. A script also needs the interpreter named after its #!."
            : "Install it on this server, or name it with its path, as in './bin/server'. PATH can be set with `berth config:set`.");

    internal static Problem RefusedProgram(string origin, string program, string reason) => new(
        ProgramRefused,
        $"{origin} names the program '{Printable.Of(program)}', which cannot be started: {reason}.",
        "Make it executable (`chmod +x FILE`), start a script with a #! line, and deploy again.");

    internal static Problem FailedLaunch(string name, string reason) => new(
        LaunchFailed,
        $"{name} could not be started: {reason}.",
        "Check that the app's account may enter its folders and that the disk has room (`df -h`).");

    internal static Problem ExitedEarly(string name, string origin, ExitStatus exit, ImmutableArray<string> output) => new(
        Exited,
        $"{name} {exit} before it was healthy ({origin}).",
        output.IsEmpty
            ? "It printed nothing. Run its command by hand in the app's folder to see why it ends. What ran before is still in service."
            : "Its last output says why. Correct the app and deploy again; what ran before is still in service.")
    {
        Details = output,
    };

    internal static Problem NotHealthy(string name, string reason, ImmutableArray<string> output) => new(
        Unhealthy,
        $"{name} is not healthy: {reason}.",
        "Listen on the port in $PORT, on 127.0.0.1 or all addresses; and start within a minute. "
            + "What ran before is still in service.")
    {
        Details = output,
    };

    internal static Problem ExhaustedPorts(PortRange range) => new(
        PortsExhausted,
        $"No port from {range.First} to {range.Last} is free.",
        "Stop what listens there (`ss -ltn`), or scale apps down.");

    internal static Problem AppNotRunning(AppName app) => new(
        NotRunning,
        $"App {app} is not running.",
        $"Start it with `berth ps:start {app}`, or deploy it.");

    internal static Problem InUse(string folder) => new(
        StateInUse,
        $"Another daemon runs apps from {folder}.",
        "Use that one, or stop it first (`berth serve --stop`).");
}
