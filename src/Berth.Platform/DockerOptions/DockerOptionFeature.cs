using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes;

namespace Berth.Platform.DockerOptions;

/// <summary>The <c>docker-options:*</c> commands. The embedded scheduler runs no containers: the options are kept for one that does.</summary>
public sealed class DockerOptionFeature(DockerOptionStore options, DeclaredProcesses declared, AppCatalog apps) : IFeature
{
    private static readonly Report Report = new("docker-options-", "docker-options information") { KeepsPrefixToo = true };

    public string Name => "docker-options";

    public string Description => "Manage docker options for an app";

    public IEnumerable<Command> Commands =>
    [
        new("docker-options:add", "[--process PROC...] <app> <phase(s)> OPTION", "Add Docker option to app for phase (comma separated phase list)", AddAsync),
        new("docker-options:clear", "[--process PROC...] <app> [<phase(s)>...]", "Clear docker options from app, of all phases or some", ClearAsync),
        new("docker-options:list", "<app> [--process PROC] --phase PHASE", "List docker options for one process and phase", ListAsync),
        new("docker-options:remove", "[--process PROC...] <app> <phase(s)> OPTION", "Remove Docker option from app for phase (comma separated phase list)", RemoveAsync),
        new("docker-options:report", "[<app>] [--format json|stdout] [<flag>]", "Displays a docker options report for one or more apps", ReportAsync),
    ];

    private async Task<int> AddAsync(CommandCall call)
    {
        var (app, phases, groups) = Read(call, "add", "to");
        WarnOfUndeclared(call.Output, app, groups.Processes);
        await ChangeAsync(app, phases, groups, before => before.Concat(groups.Options), call.Cancel);
        return 0;
    }

    private async Task<int> RemoveAsync(CommandCall call)
    {
        var (app, phases, groups) = Read(call, "remove", "from");
        await ChangeAsync(app, phases, groups, before => before.Where(option => !groups.Options.Contains(option)), call.Cancel);
        return 0;
    }

    private async Task<int> ClearAsync(CommandCall call)
    {
        var (processes, words) = Flags(call);
        var app = apps.Find(words.ElementAtOrDefault(0));
        var phases = OptionPhases.Parse(words.ElementAtOrDefault(1));
        if (processes.Count > 0)
        {
            phases = phases.Count > 0 ? phases : [OptionPhases.Deploy];
            CheckProcesses(processes, phases);
        }
        else if (phases.Count == 0)
        {
            call.Output.Step($"Clearing docker-options for {app} on all phases");
        }

        foreach (var process in Scopes(processes))
        {
            foreach (var phase in phases.Count > 0 ? phases : OptionPhases.All)
            {
                if (phases.Count > 0)
                {
                    call.Output.Step(
                        $"Clearing docker-options for {app} on phase {phase}{(processes.Count > 0 ? $" for process {process}" : "")}");
                }

                await options.ChangeAsync(app, process, phase, static _ => [], call.Cancel);
            }
        }

        return 0;
    }

    private Task<int> ListAsync(CommandCall call)
    {
        var words = call.Parse(valued: ["--process", "--phase"]);
        var app = apps.Find(words.At(0));
        var phase = words.Value("--phase") ?? throw DockerOptionProblems.MissingPhase().AsException();
        if (!OptionPhases.All.Contains(phase))
        {
            throw DockerOptionProblems.InvalidPhase().AsException();
        }

        if (words.Value("--process") is { } process)
        {
            CheckProcesses([process], [phase]);
        }

        foreach (var option in options.Read(app, words.Value("--process") ?? DockerOptionStore.EveryProcess, phase))
        {
            call.Output.Line(option);
        }

        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => Report.PrintAsync(call, apps, app =>
    {
        var values = OptionPhases.All.ToDictionary(
            phase => $"docker-options-{phase}", phase => string.Join(' ', options.Read(app, DockerOptionStore.EveryProcess, phase)));
        foreach (var process in options.ProcessesWithOptions(app))
        {
            values[$"docker-options-deploy.{process}"] = string.Join(' ', options.Read(app, process, OptionPhases.Deploy));
        }

        return values;
    });

    /// <summary>Reads <c>[--process P]… app phases option…</c>: behind the app's name, what begins with a dash belongs to the option.</summary>
    private (AppName App, IReadOnlyList<string> Phases, OptionGroups Groups) Read(CommandCall call, string verb, string preposition)
    {
        var (processes, words) = Flags(call);
        var app = apps.Find(words.ElementAtOrDefault(0));
        var phases = OptionPhases.Parse(words.ElementAtOrDefault(1));
        var groups = OptionGroups.Parse(string.Join(' ', words.Skip(2)));
        if (groups.Options.Count == 0)
        {
            throw DockerOptionProblems.Missing(verb, preposition).AsException();
        }

        groups = groups with { Processes = [.. processes.Concat(groups.Processes).Distinct()] };
        if (groups.Processes.Count > 0)
        {
            CheckProcesses(groups.Processes, phases);
        }

        return (app, phases, groups);
    }

    private static (List<string> Processes, List<string> Words) Flags(CommandCall call)
    {
        List<string> processes = [];
        var words = call.Words;
        for (var i = 0; i < words.Count; i++)
        {
            switch (words[i])
            {
                case "--":
                    return (processes, [.. words.Skip(i + 1)]);
                case "--process":
                    processes.AddRange((++i < words.Count ? words[i] : throw CommandLineProblems.FlagNeedsValue("--process").AsException()).Split(','));
                    break;
                case var word when word.StartsWith("--process=", StringComparison.Ordinal):
                    processes.AddRange(word["--process=".Length..].Split(','));
                    break;
                case var word when word.Length > 1 && word[0] == '-':
                    throw CommandLineProblems.UnknownFlag(word, call.Name).AsException();
                default:
                    return (processes, [.. words.Skip(i)]);
            }
        }

        return (processes, []);
    }

    private static void CheckProcesses(IReadOnlyList<string> processes, IReadOnlyList<string> phases)
    {
        foreach (var process in processes)
        {
            _ = process switch
            {
                "" => throw DockerOptionProblems.EmptyProcess().AsException(),
                DockerOptionStore.EveryProcess => throw DockerOptionProblems.ReservedProcess().AsException(),
                _ => ProcessType.Parse(process),
            };
        }

        if (phases.FirstOrDefault(phase => phase != OptionPhases.Deploy) is { } other)
        {
            throw DockerOptionProblems.OnlyDeploy(other).AsException();
        }
    }

    private static IReadOnlyList<string> Scopes(IReadOnlyList<string> processes) => processes.Count > 0 ? processes : [DockerOptionStore.EveryProcess];

    private void WarnOfUndeclared(CommandOutput output, AppName app, IReadOnlyList<string> processes)
    {
        var known = processes.Count > 0 ? declared.Of(app) : [];
        foreach (var process in known.Count > 0 ? processes.Where(process => !known.Contains(process)) : [])
        {
            output.Warn($"Process type \"{process}\" is not declared in the Procfile for {app}");
        }
    }

    private async Task ChangeAsync(
        AppName app, IReadOnlyList<string> phases, OptionGroups groups, Func<IReadOnlyList<string>, IEnumerable<string>> change, CancellationToken cancel)
    {
        foreach (var process in Scopes(groups.Processes))
        {
            foreach (var phase in phases)
            {
                await options.ChangeAsync(app, process, phase, change, cancel);
            }
        }
    }
}
