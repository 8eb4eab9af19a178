using Berth.Kernel;

namespace Berth.Platform.DockerOptions;

/// <summary>What can be wrong with options for containers.</summary>
public static class DockerOptionProblems
{
    public static readonly ProblemCode OptionMissing = new("docker-option-missing", Contract: true);
    public static readonly ProblemCode OptionInvalid = new("docker-option-invalid", Contract: true);
    public static readonly ProblemCode PhaseInvalid = new("docker-option-phase-invalid", Contract: true);
    public static readonly ProblemCode ProcessInvalid = new("docker-option-process-invalid", Contract: true);
    public static readonly ProblemCode TooManyOptions = new("docker-options-too-many");

    internal static Problem Missing(string verb, string preposition) => new(
        OptionMissing,
        $"Please specify docker options to {verb} {preposition} the phase",
        "Put the option behind the phase, as in `berth docker-options:add my-app deploy \"--ulimit nofile=12\"`.");

    internal static Problem Invalid(string reason) => new(
        OptionInvalid, $"Unable to parse docker option: {reason}", "Put quotes around a value that holds spaces or shell characters, and close each of them.");

    internal static Problem InvalidPhases() => new(
        PhaseInvalid, "Phase(s) must be one of [build deploy run]", "Name one phase, or several with commas between them and no space: deploy,run.");

    internal static Problem InvalidPhase() => new(
        PhaseInvalid, "Phase must be one of [build deploy run]", "Name one of the three.");

    internal static Problem MissingPhase() => new(
        PhaseInvalid, "--phase is required", "Write it: `berth docker-options:list my-app --phase deploy`.");

    internal static Problem OnlyDeploy(string phase) => new(
        ProcessInvalid,
        $"--process is only supported for the deploy phase, got \"{Printable.Of(phase)}\"",
        "Leave --process out, or name the phase deploy alone: the other two know no process types.");

    internal static Problem ReservedProcess() => new(
        ProcessInvalid, "\"_default_\" is reserved and cannot be used as a --process value", "Leave --process out: that means every process.");

    internal static Problem EmptyProcess() => new(
        ProcessInvalid, "--process value must not be empty", "Name a process type of the Procfile: --process web.");

    internal static Problem TooMany(int limit) => new(
        TooManyOptions, $"An app cannot have more than {limit} docker options in a phase.", "Remove some: `berth docker-options:report my-app` shows them. Nothing was changed.");
}
