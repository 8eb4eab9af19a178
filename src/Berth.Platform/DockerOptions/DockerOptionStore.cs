using Berth.Kernel;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.DockerOptions;

/// <summary>
/// Options for containers, a list for each process type and phase in <c>config/docker-options/&lt;app&gt;/&lt;process&gt;.&lt;phase&gt;</c>.
/// The files older servers kept in the app's folder (<c>DOCKER_OPTIONS_DEPLOY</c> …) count until the first change, which drains them.
/// </summary>
public sealed class DockerOptionStore(PropertyStore properties, IStateStore store)
{
    /// <summary>Stands for every process type.</summary>
    public const string EveryProcess = "_default_";

    private const string Feature = "docker-options";
    private const int Most = 1000;

    /// <returns>The options, sorted as they were stored.</returns>
    public IReadOnlyList<string> Read(AppName app, string process, string phase)
    {
        var own = properties.List(Feature, app.Text, Key(process, phase));
        return process == EveryProcess ? [.. own, .. Older(app, phase)] : own;
    }

    /// <returns>The process types that have options of their own, in ordinal order.</returns>
    public IReadOnlyList<string> ProcessesWithOptions(AppName app) =>
        [.. properties.Keys(Feature, app.Text)
            .Where(key => key.EndsWith($".{OptionPhases.Deploy}", StringComparison.Ordinal))
            .Select(key => key[..^(OptionPhases.Deploy.Length + 1)])
            .Where(process => process.Length > 0 && process != EveryProcess)];

    /// <summary>Replaces the options of a process type in a phase.</summary>
    /// <exception cref="ProblemException"><see cref="DockerOptionProblems.TooManyOptions"/>.</exception>
    public async Task ChangeAsync(
        AppName app, string process, string phase, Func<IReadOnlyList<string>, IEnumerable<string>> change, CancellationToken cancel)
    {
        using var held = await store.LockAsync($"{app}.{Feature}", cancel);
        string[] after = [.. change(Read(app, process, phase)).Order(StringComparer.Ordinal)];
        if (after.Length > Most)
        {
            throw DockerOptionProblems.TooMany(Most).AsException();
        }

        properties.SetList(Feature, app.Text, Key(process, phase), after);
        if (process == EveryProcess && store.Exists(OlderFile(app, phase)))
        {
            properties.Set(Feature, app.Text, Migrated(phase), "true");
            store.Delete(OlderFile(app, phase));
        }
    }

    /// <returns>What a server older than these lists left; empty once it was drained.</returns>
    public IReadOnlyList<string> Older(AppName app, string phase) =>
        properties.Get(Feature, app.Text, Migrated(phase)) == "true" || store.Read(OlderFile(app, phase)) is not { } text
            ? []
            : [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];

    private static string Key(string process, string phase) => $"{process}.{phase}";

    private static string Migrated(string phase) => $"migrated-{phase}";

    private static StatePath OlderFile(AppName app, string phase) => StatePath.Home(app.Text, $"DOCKER_OPTIONS_{phase.ToUpperInvariant()}");
}
