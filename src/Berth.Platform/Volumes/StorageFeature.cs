using System.Collections.Immutable;
using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.DockerOptions;
using Berth.Platform.Processes;

namespace Berth.Platform.Volumes;

/// <summary>The <c>storage:*</c> commands.</summary>
public sealed class StorageFeature(EntryStore entries, MountStore mounts, StorageFolders folders, AppCatalog apps) : IFeature
{
    private static readonly Report Report = new("storage-", "storage information") { KeepsPrefixToo = true };

    private readonly EntryCommands _entries = new(entries, mounts, folders);

    public string Name => "storage";

    public string Description => "Manage mounted volumes";

    public IEnumerable<Command> Commands =>
    [
        new("storage:create", "<name> [<path>] [flags]", "Register a named storage entry", _entries.CreateAsync),
        new("storage:destroy", "<name> [--force]", "Remove a named storage entry (must be unmounted from every app first)", _entries.DestroyAsync),
        new("storage:ensure-directory", "[--chown option] <directory>", "[DEPRECATED] use storage:create instead", EnsureDirectoryAsync),
        new("storage:exec", "<name> [-- <cmd>...]", "Run a command in a temporary container that mounts the entry", _entries.ExecAsync),
        new("storage:info", "<name> [--format text|json]", "Show details for one storage entry", _entries.InfoAsync),
        new("storage:list", "<app> [--format text|json]", "List bind mounts for app's container(s) (host:container)", ListAsync),
        new("storage:list-entries", "[--scheduler s] [--format text|json]", "List registered storage entries", _entries.ListAsync),
        new("storage:migrate", "<app>|--all", "Turn -v docker options of an app into mounts", MigrateAsync),
        new("storage:mount", "<app> <host-dir:container-dir>|<name> [--container-dir <path>] [flags]", "Create a new bind mount", MountAsync),
        new("storage:report", "[<app>|--global] [--format json] [<flag>]", "Displays a storage report for one or more apps", ReportAsync),
        new("storage:set", "<name> <property> [<value>]", "Update a storage entry in place", _entries.SetAsync),
        new("storage:unmount", "<app> <host-dir:container-dir>|<name> [--container-dir <path>]", "Remove an existing bind mount", UnmountAsync),
        new("storage:wait", "<name>", "Wait until a storage entry is ready", _entries.WaitAsync),
    ];

    private Task<int> EnsureDirectoryAsync(CommandCall call)
    {
        var words = call.Parse(valued: ["--chown"]);
        call.Output.Warn("Deprecated: please use 'storage:create' instead of 'storage:ensure-directory'");
        var name = words.At(0) is { Length: > 0 } word ? word : throw VolumeProblems.NoDirectory().AsException();
        if (name.Length > 200 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            throw VolumeProblems.BadDirectory().AsException();
        }

        var chown = words.Value("--chown") ?? StorageOwner.Herokuish;
        var owner = StorageOwner.Parse(chown);
        if (chown == "packeto")
        {
            call.Output.Detail("Detected deprecated chown flag 'packeto'. Using 'paketo' instead. Please update your configuration.");
        }

        var path = folders.PathOf(name);
        call.Output.Step($"Ensuring {path} exists");
        StorageFolders.Make(path);
        if (owner is { } number)
        {
            call.Output.QuietDetail($"Setting directory ownership to {number}:{number}");
            StorageFolders.Give(path, number, call.Output);
        }

        call.Output.QuietDetail("Directory ready for mounting");
        return Task.FromResult(0);
    }

    private async Task<int> MountAsync(CommandCall call)
    {
        var words = call.Parse(
            ["--volume-readonly"], ["--container-dir", "--phase", "--process-type", "--volume-subpath", "--volume-chown", "--volume-options"]);
        var app = apps.Find(words.At(0));
        var place = words.At(1) ?? "";
        if (place.Contains(':', StringComparison.Ordinal))
        {
            var spec = MountSpec.Parse(place);
            await MountPathAsync(app, spec, call.Cancel);
            TellWhereItIs(call, spec.Host);
            return 0;
        }

        var entry = entries.Exists(place) ? entries.Find(place) : throw VolumeProblems.NoEntry(place, "; create it first with `dokku storage:create`").AsException();
        var added = AttachmentOf(entry, words);
        var isNew = true;
        await mounts.ChangeAsync(
            app,
            before =>
            {
                var index = before.FindIndex(added.IsSamePlace);
                isNew = index < 0;
                return isNew ? before.Add(added) : before.SetItem(index, added);
            },
            call.Cancel);
        call.Output.Step(isNew
            ? $"Storage entry {entry.Name} mounted at {added.ContainerPath} on {app}"
            : $"Storage entry {entry.Name} mount at {added.ContainerPath} on {app} updated");
        TellWhereItIs(call, entry.HostPath);
        return 0;
    }

    private static void TellWhereItIs(CommandCall call, string? path)
    {
        if (call.Output.OnTerminal && path is { Length: > 0 })
        {
            call.Output.Detail($"A process of this host has no file system of its own: let the app open {path} itself.");
        }
    }

    private static Attachment AttachmentOf(StorageEntry entry, Arguments words)
    {
        var path = words.Value("--container-dir") is { Length: > 0 } given
            ? given
            : throw VolumeProblems.BadMount("--container-dir is required when mounting a named storage entry").AsException();
        if (!path.StartsWith('/') || path.Length > 4096 || path.Any(char.IsControl) || path.Contains(':', StringComparison.Ordinal))
        {
            throw VolumeProblems.BadMount($"attachment container path {VolumeProblems.Go(path)} must be absolute").AsException();
        }

        var phases = words.Value("--phase")?.Split(',') ?? [];
        if (phases.FirstOrDefault(phase => !Attachment.BothPhases.Contains(phase)) is { } other)
        {
            throw VolumeProblems.BadMount($"attachment phase {VolumeProblems.Go(other)} is not supported (must be \"deploy\" or \"run\")").AsException();
        }

        if (entry.Scheduler != StorageEntry.Local)
        {
            throw VolumeProblems.BadMount(
                $"storage entry {VolumeProblems.Go(entry.Name)} is scheduler={entry.Scheduler} but cannot be mounted on a docker-local app; recreate it with --scheduler docker-local")
                .AsException();
        }

        return new Attachment
        {
            EntryName = entry.Name,
            ContainerPath = path,
            Phases = phases.Length > 0 ? [.. Attachment.BothPhases.Where(phases.Contains)] : Attachment.BothPhases,
            ProcessType = words.Value("--process-type") is { Length: > 0 } type ? ProcessType.Parse(type).Text : DockerOptionStore.EveryProcess,
            Subpath = words.Value("--volume-subpath"),
            Readonly = words.Has("--volume-readonly"),
            VolumeOptions = words.Value("--volume-options"),
            VolumeChown = words.Value("--volume-chown"),
        };
    }

    private async Task MountPathAsync(AppName app, MountSpec spec, CancellationToken cancel)
    {
        var added = new Attachment
        {
            EntryName = spec.EntryName(),
            ContainerPath = spec.Container,
            Readonly = spec.Readonly,
            VolumeOptions = spec.Options,
        };
        if (mounts.Read(app).Any(mount => added.IsSamePlace(mount.Attachment)))
        {
            throw VolumeProblems.AlreadyMounted().AsException();
        }

        if (!entries.Exists(added.EntryName))
        {
            entries.Save(new StorageEntry { Name = added.EntryName, HostPath = spec.Host });
        }

        await mounts.ChangeAsync(app, before => before.Add(added), cancel);
    }

    private async Task<int> UnmountAsync(CommandCall call)
    {
        var words = call.Parse(valued: ["--container-dir"]);
        var app = apps.Find(words.At(0));
        var place = words.At(1) ?? "";
        var spec = place.Contains(':', StringComparison.Ordinal) ? MountSpec.Parse(place) : null;
        var (name, path) = spec is null ? (place, words.Value("--container-dir") ?? "") : (spec.EntryName(), spec.Container);
        var found = mounts.Read(app).Select(mount => mount.Attachment)
            .Where(attachment => attachment.EntryName == name && (path.Length == 0 || attachment.ContainerPath == path)).ToArray();
        if (found.Length == 0)
        {
            throw VolumeProblems.NotMounted(spec is not null ? "Mount path does not exist."
                : path.Length == 0 ? $"storage entry {VolumeProblems.Go(name)} is not mounted on app {VolumeProblems.Go(app.Text)}"
                : $"storage entry {VolumeProblems.Go(name)} is not mounted at {VolumeProblems.Go(path)} on app {VolumeProblems.Go(app.Text)}").AsException();
        }

        if (found.Length > 1 && path.Length == 0)
        {
            throw VolumeProblems.NotMounted(
                $"storage entry {VolumeProblems.Go(name)} is mounted at multiple paths on app {VolumeProblems.Go(app.Text)} ("
                + $"{string.Join(", ", found.Select(attachment => attachment.ContainerPath).Order(StringComparer.Ordinal))}); pass --container-dir to disambiguate")
                .AsException();
        }

        await mounts.ChangeAsync(app, before => before.RemoveAll(attachment => found.Any(attachment.IsSamePlace)), call.Cancel);
        return 0;
    }

    private async Task<int> MigrateAsync(CommandCall call)
    {
        var words = call.Parse(["--all"]);
        if (words.Has("--all"))
        {
            var all = words.At(0) is null ? apps.List() : throw VolumeProblems.BadMount("storage:migrate accepts either an app name or --all, not both").AsException();
            foreach (var each in all)
            {
                await mounts.MigrateAsync(each, call.Cancel);
            }

            call.Output.Step($"Re-migrated {all.Count} app(s)");
            return 0;
        }

        var app = apps.Find(words.At(0));
        await mounts.MigrateAsync(app, call.Cancel);
        call.Output.Step($"Re-migrated {app}");
        return 0;
    }

    private Task<int> ListAsync(CommandCall call)
    {
        var words = call.Parse(valued: ["--format"]);
        var app = apps.Find(words.At(0));
        var format = words.Value("--format") ?? "text";
        if (format is not ("text" or "json"))
        {
            throw VolumeProblems.BadMount("Invalid --format value specified").AsException();
        }

        var found = mounts.Read(app, OptionPhases.Deploy);
        if (format == "json")
        {
            call.Output.Line(PlainJson.Write(writer => Write(writer, found)));
            return Task.FromResult(0);
        }

        call.Output.QuietStep($"{app} volume bind-mounts:");
        foreach (var mount in found)
        {
            if (call.Caller.Quiet)
            {
                call.Output.Line(mount.ToString());
            }
            else
            {
                call.Output.Detail(mount.ToString());
            }
        }

        return Task.FromResult(0);
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<Mount> found)
    {
        writer.WriteStartArray();
        foreach (var mount in found)
        {
            writer.WriteStartObject();
            writer.WriteString("entry_name", mount.Entry.Name);
            writer.WriteString("host_path", mount.Entry.Host);
            writer.WriteString("container_path", mount.Attachment.ContainerPath);
            if (mount.Attachment.Readonly)
            {
                writer.WriteBoolean("readonly", true);
            }

            if (mount.Attachment.VolumeOptions is { Length: > 0 } options)
            {
                writer.WriteString("volume_options", options);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private Task<int> ReportAsync(CommandCall call) =>
        ReportRequest.Parse(call) is { IsGlobal: true } request
            ? StorageReport.PrintAllAsync(call.Output, entries, mounts, request)
            : Report.PrintAsync(call, apps, app => StorageReport.ValuesOf(mounts, app));
}
