using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>All that a scheduler needs to run one release of one app.</summary>
public sealed record ProcessPlan
{
    /// <summary>The most instances of one type.</summary>
    public const int CountLimit = 200;

    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    public required AppName App { get; init; }

    /// <summary>Tells this release from every other of the app; shown in reports and written into records.</summary>
    public required string ReleaseId { get; init; }

    /// <summary>What the release runs from: an absolute folder here, an image reference for a container scheduler.</summary>
    public required string Artifact { get; init; }

    public required ImmutableSortedDictionary<ProcessType, ProcessCommand> Processes { get; init; }

    /// <summary>How many of each; a type that is not named runs once if it is <c>web</c>, else not at all.</summary>
    public ImmutableSortedDictionary<ProcessType, int> Formation { get; init; } = ImmutableSortedDictionary<ProcessType, int>.Empty;

    /// <summary>The app's configuration. PORT and DYNO are the scheduler's; PATH, HOME and LANG are added when missing.</summary>
    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>From SIGTERM to SIGKILL.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest that old instances serve requests already begun.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public HealthSettings Health { get; init; } = new();

    public RestartPolicy Restart { get; init; } = RestartPolicy.Default;

    public Handover Handover { get; init; }

    /// <summary>Types that are in service as soon as their program runs (<c>checks:skip</c>).</summary>
    public ImmutableHashSet<ProcessType> Unchecked { get; init; } = [];

    /// <summary>Types whose old instances stop before new ones start (<c>checks:disable</c>).</summary>
    public ImmutableHashSet<ProcessType> StopFirst { get; init; } = [];

    /// <summary>At an adoption: when nothing of the app runs, nothing is started.</summary>
    public bool OnlyWhatRuns { get; init; }

    /// <summary>The account that processes run as; null for the daemon's own.</summary>
    public RunAs? User { get; init; }

    /// <returns>The app and the release only: the configuration holds secrets.</returns>
    public override string ToString() => $"{App} {ReleaseId}";

    /// <summary>How many instances of a type this plan asks for.</summary>
    public int CountOf(ProcessType type) =>
        Formation.TryGetValue(type, out var count) ? count : type.ReceivesRequests ? 1 : 0;

    /// <summary>Whether old instances of a type go before new ones come.</summary>
    public bool StopsFirst(ProcessType type) => Handover == Handover.StopFirst || StopFirst.Contains(type);

    /// <summary>When an instance of a type counts as healthy.</summary>
    public HealthSettings HealthOf(ProcessType type) => Unchecked.Contains(type) ? Health with { Enabled = false } : Health;

    /// <exception cref="ProblemException">
    /// <see cref="ProcessProblems.PlanInvalid"/> or <see cref="ProcessProblems.TypeUnknown"/>.
    /// </exception>
    public void Check()
    {
        CheckFormation();
        CheckEnvironment();
        CheckTimes();
        if (Health.HttpPath is { } path && (!path.StartsWith('/') || path.Any(c => c is <= ' ' or >= '\x7f') || Health.Attempts < 1))
        {
            throw Invalid($"has the health check '{Printable.Of(path, 60)}'", "Write a path such as /healthz, with one attempt at least.");
        }
    }

    private void CheckFormation()
    {
        foreach (var (type, count) in Formation)
        {
            if (count is < 0 or > CountLimit)
            {
                throw Invalid($"asks for {count} instances of {type}", $"Scale to 0 … {CountLimit}.");
            }

            if (count > 0 && !Processes.ContainsKey(type))
            {
                throw ProcessProblems.UnknownType(App, type, Processes.Keys).AsException();
            }
        }
    }

    private void CheckEnvironment()
    {
        foreach (var (name, value) in Environment)
        {
            if (!Commands.VariableName.IsValid(name) || value.Contains('\0', StringComparison.Ordinal))
            {
                throw Invalid(
                    $"has the variable '{Printable.Of(name, 60)}', whose name or value no environment can hold", "Unset it with `berth config:unset`.");
            }
        }
    }

    private void CheckTimes()
    {
        TimeSpan[] times = [StopTimeout, DrainTimeout, Health.Deadline, Health.Uptime, Health.Timeout, Health.Wait];
        if (times.Any(time => time < TimeSpan.Zero || time > LongestTime))
        {
            throw Invalid("has a timeout or pause that is negative or longer than a day", "Set it to between 0 and 86400 seconds.");
        }
    }

    private ProblemException Invalid(string reason, string remedy) => ProcessProblems.InvalidPlan(App, reason, remedy).AsException();
}
