using System.Collections.Immutable;
using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.DockerOptions;
using Berth.Platform.Properties;

namespace Berth.Platform.Volumes;

/// <summary>
/// What each app has mounted. Servers older than the registry kept mounts as <c>-v</c> options; those of their option files count as
/// mounts, and become attachments with the app's first change.
/// </summary>
public sealed class MountStore(PropertyStore properties, EntryStore entries, DockerOptionStore options, AppCatalog apps)
{
    private const string Feature = "storage";
    private const string Key = "mounts";
    private const int Most = 200;

    /// <returns>The app's mounts in the order they were made.</returns>
    /// <exception cref="ProblemException">The list, or an entry it names, is damaged or missing.</exception>
    public IReadOnlyList<Mount> Read(AppName app) =>
        [.. Own(app).Select(attachment => new Mount(entries.Find(attachment.EntryName), attachment)), .. Older(app)];

    /// <returns>The mounts of a phase, by entry and path.</returns>
    public IReadOnlyList<Mount> Read(AppName app, string phase) =>
        [.. Read(app).Where(mount => mount.Attachment.Phases.Contains(phase))
            .OrderBy(mount => mount.Entry.Name, StringComparer.Ordinal)
            .ThenBy(mount => mount.Attachment.ContainerPath, StringComparer.Ordinal)];

    public IReadOnlyList<string> AppsUsing(string entry) =>
        [.. apps.List().Where(app => Read(app).Any(mount => mount.Entry.Name == entry)).Select(app => app.Text)];

    /// <summary>Changes what an app has mounted; what older servers left is taken over on the way.</summary>
    public async Task ChangeAsync(AppName app, Func<ImmutableList<Attachment>, ImmutableList<Attachment>> change, CancellationToken cancel)
    {
        using var held = await entries.LockAsync(cancel);
        var older = Older(app);
        var after = change([.. Read(app).Select(mount => mount.Attachment)]);
        if (after.Count > Most)
        {
            throw VolumeProblems.BadMount($"An app cannot have more than {Most} mounts.").AsException();
        }

        SaveEntries(older);
        properties.SetList(Feature, app.Text, Key, [.. after.Select(attachment => JsonSerializer.Serialize(attachment, VolumeJson.Default.Attachment))]);
        if (older.Count > 0)
        {
            await DropOptionsAsync(app, cancel);
        }
    }

    /// <summary>Turns <c>-v</c> options, also those set since, into attachments.</summary>
    public async Task MigrateAsync(AppName app, CancellationToken cancel)
    {
        var found = FromOptions(phase => options.Read(app, DockerOptionStore.EveryProcess, phase));
        SaveEntries(found);
        await ChangeAsync(
            app, before => before.AddRange(found.Select(mount => mount.Attachment).Where(added => !before.Any(added.IsSamePlace))), cancel);
        await DropOptionsAsync(app, cancel);
    }

    private IEnumerable<Attachment> Own(AppName app) => properties.List(Feature, app.Text, Key).Select(line =>
    {
        try
        {
            return JsonSerializer.Deserialize(line, VolumeJson.Default.Attachment) is { ContainerPath: not null, EntryName: not null } attachment
                ? attachment with { Phases = attachment.Phases.IsDefault ? Attachment.BothPhases : attachment.Phases }
                : throw VolumeProblems.Damaged(FileOf(app), "a line is empty").AsException();
        }
        catch (JsonException e)
        {
            throw VolumeProblems.Damaged(FileOf(app), e.Message).AsException(e);
        }
    });

    private static string FileOf(AppName app) => $"config/{Feature}/{app}/{Key}";

    private List<Mount> Older(AppName app) => FromOptions(phase => options.Older(app, phase));

    private static List<Mount> FromOptions(Func<string, IReadOnlyList<string>> linesOf)
    {
        var phases = Attachment.BothPhases.SelectMany(phase => SpecsOf(linesOf(phase)).Select(spec => (spec, phase)))
            .GroupBy(pair => pair.spec, pair => pair.phase);
        return [.. phases.Select(group => new Mount(
            new StorageEntry { Name = group.Key.EntryName(), HostPath = group.Key.Host },
            new Attachment
            {
                EntryName = group.Key.EntryName(),
                ContainerPath = group.Key.Container,
                Readonly = group.Key.Readonly,
                VolumeOptions = group.Key.Options,
                Phases = [.. group.Distinct()],
            })).OrderBy(mount => mount.ToString(), StringComparer.Ordinal)];
    }

    private static IEnumerable<MountSpec> SpecsOf(IReadOnlyList<string> lines) => lines.Select(SpecOf).OfType<MountSpec>();

    private static MountSpec? SpecOf(string line)
    {
        try
        {
            return line.StartsWith("-v ", StringComparison.Ordinal) ? MountSpec.Parse(line[3..].Trim()) : null;
        }
        catch (ProblemException)
        {
            // An option that is no mount stays an option.
            return null;
        }
    }

    private void SaveEntries(IEnumerable<Mount> mounts)
    {
        foreach (var mount in mounts.Where(mount => !entries.Exists(mount.Entry.Name)))
        {
            entries.Save(mount.Entry);
        }
    }

    private async Task DropOptionsAsync(AppName app, CancellationToken cancel)
    {
        foreach (var phase in Attachment.BothPhases)
        {
            if (options.Read(app, DockerOptionStore.EveryProcess, phase).Any(line => SpecOf(line) is not null))
            {
                await options.ChangeAsync(
                    app, DockerOptionStore.EveryProcess, phase, before => before.Where(line => SpecOf(line) is null), cancel);
            }
        }
    }
}
