using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Volumes;

/// <summary>What <c>storage:create</c> and its like do with entries.</summary>
public sealed class EntryCommands(EntryStore entries, MountStore mounts, StorageFolders folders)
{
    private static readonly string[] CreateFlags =
        ["--scheduler", "--size", "--access-mode", "--storage-class-name", "--namespace", "--chown", "--reclaim-policy", "--annotation", "--label"];

    private static readonly string[] AccessModes = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];

    public async Task<int> CreateAsync(CommandCall call)
    {
        var words = call.Parse(valued: CreateFlags);
        var name = StorageEntryName.Parse(words.At(0));
        var scheduler = words.Value("--scheduler") is { Length: > 0 } asked ? asked : StorageEntry.Local;
        var entry = Checked(new StorageEntry
        {
            Name = name,
            Scheduler = scheduler,
            HostPath = words.At(1) ?? (scheduler == StorageEntry.Local ? folders.PathOf(name) : null),
            Size = words.Value("--size"),
            AccessMode = words.Value("--access-mode"),
            StorageClass = words.Value("--storage-class-name"),
            Namespace = words.Value("--namespace"),
            Chown = words.Value("--chown"),
            ReclaimPolicy = words.Value("--reclaim-policy"),
            Annotations = Pairs(call.Words, "--annotation"),
            Labels = Pairs(call.Words, "--label"),
        });
        using var held = await entries.LockAsync(call.Cancel);
        Permit(entry, call.Output);
        if (scheduler == StorageEntry.Local)
        {
            MakeFolder(entry, call.Output);
        }

        entries.Save(entry);
        call.Output.Step($"Storage entry {name} created");
        return 0;
    }

    public async Task<int> SetAsync(CommandCall call)
    {
        var words = call.Parse(valued: CreateFlags);
        var entry = entries.Find(words.At(0));
        var (flags, property) = (call.Words.Any(word => word.StartsWith("--", StringComparison.Ordinal)), words.At(1));
        if (property is null && !flags)
        {
            throw VolumeProblems.BadEntry("No property specified").AsException();
        }

        if (property is not null && flags)
        {
            throw VolumeProblems.BadEntry("storage:set accepts either a property and a value or flags, not both").AsException();
        }

        string? Wanted(string key) => property == key ? words.At(2) ?? "" : words.Value($"--{key}");
        using var held = await entries.LockAsync(call.Cancel);
        entries.Save(Checked(Changed(entry, property, Wanted) with
        {
            Annotations = Pairs(call.Words, "--annotation") ?? entry.Annotations,
            Labels = Pairs(call.Words, "--label") ?? entry.Labels,
        }));
        call.Output.Step($"Storage entry {entry.Name} updated");
        return 0;
    }

    public async Task<int> DestroyAsync(CommandCall call)
    {
        var words = call.Parse(["--force"]);
        var entry = entries.Find(words.At(0));
        if (mounts.AppsUsing(entry.Name) is { Count: > 0 } apps)
        {
            throw VolumeProblems.InUse(entry.Name, apps).AsException();
        }

        if (!words.Has("--force"))
        {
            await Confirmation.AskAsync(call, "storage entry", entry.Name, () => VolumeProblems.Unconfirmed(entry.Name));
        }

        using var held = await entries.LockAsync(call.Cancel);
        entries.Delete(entry.Name);
        call.Output.Step($"Storage entry {entry.Name} destroyed");
        return 0;
    }

    public Task<int> InfoAsync(CommandCall call)
    {
        var words = call.Parse(valued: ["--format"]);
        var entry = entries.Find(words.At(0));
        if (words.Value("--format") == "json")
        {
            call.Output.Line(EntryStore.Format(entry));
            return Task.FromResult(0);
        }

        call.Output.QuietStep($"Storage entry {entry.Name}");
        (string Label, string? Value)[] rows =
        [
            ("Scheduler:", entry.Scheduler), ("Host path:", entry.HostPath), ("Size:", entry.Size), ("Access mode:", entry.AccessMode),
            ("Storage class:", entry.StorageClass), ("Namespace:", entry.Namespace), ("Chown:", entry.Chown), ("Reclaim policy:", entry.ReclaimPolicy),
        ];
        foreach (var (label, value) in rows.Where(row => !string.IsNullOrEmpty(row.Value)))
        {
            call.Output.Detail($"{label,-18}{Printable.Of(value!, 4096)}");
        }

        return Task.FromResult(0);
    }

    public Task<int> ListAsync(CommandCall call)
    {
        var words = call.Parse(valued: ["--scheduler", "--format"]);
        var wanted = words.Value("--scheduler") ?? "";
        StorageEntry[] found = [.. entries.List().Where(entry => wanted.Length == 0 || entry.Scheduler == wanted)];
        if (words.Value("--format") == "json")
        {
            call.Output.Line($"[{string.Join(',', found.Select(EntryStore.Format))}]");
            return Task.FromResult(0);
        }

        call.Output.QuietStep(found.Length == 0 ? "No storage entries registered" : "Storage entries:");
        foreach (var entry in found)
        {
            call.Output.Detail($"{entry.Name}\t{entry.Scheduler}\t{Printable.Of(entry.HostPath ?? "", 4096)}");
        }

        return Task.FromResult(0);
    }

    /// <summary>A folder of this host is there or is not: there is nothing to wait for.</summary>
    public Task<int> WaitAsync(CommandCall call)
    {
        var entry = entries.Find(call.Parse().At(0));
        return entry.HostPath is not { Length: > 0 } path || !path.StartsWith('/') || Directory.Exists(path)
            ? Task.FromResult(0)
            : throw VolumeProblems.BadEntry($"storage entry {VolumeProblems.Go(entry.Name)} host path {Printable.Of(path)} is not present").AsException();
    }

    public Task<int> ExecAsync(CommandCall call)
    {
        entries.Find(call.Words.FirstOrDefault(word => !word.StartsWith('-')));
        throw VolumeProblems.NoContainers().AsException();
    }

    private void Permit(StorageEntry entry, CommandOutput output)
    {
        if (!entries.Exists(entry.Name))
        {
            return;
        }

        var before = entries.Find(entry.Name);
        if (before.Scheduler != entry.Scheduler)
        {
            throw VolumeProblems.BadEntry(
                $"storage entry {VolumeProblems.Go(entry.Name)} already exists with scheduler {VolumeProblems.Go(before.Scheduler)}; refusing to redefine").AsException();
        }

        output.QuietStep($"Storage entry {entry.Name} already exists, leaving in place");
    }

    private void MakeFolder(StorageEntry entry, CommandOutput output)
    {
        var path = entry.HostPath!;
        var owner = entry.Chown is { Length: > 0 } chown ? StorageOwner.Parse(chown) : null;
        if (!path.StartsWith('/'))
        {
            return;
        }

        if (!folders.IsOurs(path))
        {
            if (owner is not null || !Directory.Exists(path))
            {
                throw VolumeProblems.Foreign(path, entries.Root).AsException();
            }

            return;
        }

        if (File.Exists(path))
        {
            throw VolumeProblems.BadEntry($"storage entry path {Printable.Of(path)} exists but is not a directory").AsException();
        }

        if (StorageFolders.Make(path))
        {
            output.Detail($"Created {path}");
        }

        if (owner is { } number)
        {
            StorageFolders.Give(path, number, output);
        }
    }

    private static StorageEntry Changed(StorageEntry entry, string? property, Func<string, string?> wanted)
    {
        string[] known = ["size", "access-mode", "storage-class-name", "namespace", "chown", "reclaim-policy"];
        if (property is not null && !known.Contains(property))
        {
            throw VolumeProblems.BadEntry(
                $"Invalid property specified, valid properties include: {string.Join(", ", known.Order(StringComparer.Ordinal))}").AsException();
        }

        foreach (var (key, before) in new[] { ("access-mode", entry.AccessMode), ("storage-class-name", entry.StorageClass) })
        {
            if (wanted(key) is { } value && value != (before ?? ""))
            {
                throw VolumeProblems.BadEntry($"storage:set cannot change {key} in place; recreate the entry").AsException();
            }
        }

        return entry with
        {
            Size = OrUnset(wanted("size"), entry.Size),
            Namespace = OrUnset(wanted("namespace"), entry.Namespace),
            Chown = OrUnset(wanted("chown"), entry.Chown),
            ReclaimPolicy = OrUnset(wanted("reclaim-policy"), entry.ReclaimPolicy),
        };
    }

    private static string? OrUnset(string? wanted, string? before) => wanted is null ? before : wanted.Length > 0 ? wanted : null;

    /// <exception cref="ProblemException"><see cref="VolumeProblems.EntryInvalid"/>.</exception>
    private static StorageEntry Checked(StorageEntry entry)
    {
        var name = VolumeProblems.Go(entry.Name);
        string? found = entry switch
        {
            { Scheduler: not (StorageEntry.Local or StorageEntry.Kubernetes) } =>
                $"storage entry {name} has unsupported scheduler {VolumeProblems.Go(entry.Scheduler)} (supported: docker-local, k3s)",
            { Scheduler: StorageEntry.Local, Size.Length: > 0 } => $"storage entry {name} (docker-local) does not accept --size",
            { Scheduler: StorageEntry.Local, StorageClass.Length: > 0 } => $"storage entry {name} (docker-local) does not accept --storage-class-name",
            { Scheduler: StorageEntry.Local, AccessMode.Length: > 0 } => $"storage entry {name} (docker-local) does not accept --access-mode",
            { Scheduler: StorageEntry.Local } when !IsPlace(entry.HostPath) =>
                $"storage entry {name} host_path must be an absolute path or a docker named volume token, got {VolumeProblems.Go(entry.HostPath ?? "")}",
            { Scheduler: StorageEntry.Kubernetes, Size: null or "" } => $"storage entry {name} (k3s) requires --size",
            { AccessMode.Length: > 0 } when !AccessModes.Contains(entry.AccessMode) =>
                $"storage entry {name} has unsupported access mode {VolumeProblems.Go(entry.AccessMode)}",
            { ReclaimPolicy: not (null or "" or "Retain" or "Delete") } =>
                $"storage entry {name} has unsupported reclaim policy {VolumeProblems.Go(entry.ReclaimPolicy)}",
            _ => null,
        };
        if (entry.Chown is { Length: > 0 } chown)
        {
            StorageOwner.Parse(chown);
        }

        return found is null ? entry : throw VolumeProblems.BadEntry(found).AsException();
    }

    private static bool IsPlace(string? path) => path is { Length: > 1 and <= 4096 } && !path.Any(char.IsControl)
        && (path[0] == '/'
            ? !path.Contains(':', StringComparison.Ordinal)
            : char.IsAsciiLetterOrDigit(path[0]) && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'));

    /// <returns>The values of a flag that can come several times; null when it does not come.</returns>
    private static ImmutableSortedDictionary<string, string>? Pairs(IReadOnlyList<string> words, string flag)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < words.Count; i++)
        {
            var pair = words[i].StartsWith($"{flag}=", StringComparison.Ordinal) ? words[i][(flag.Length + 1)..]
                : words[i] == flag && i + 1 < words.Count ? words[++i]
                : null;
            if (pair is not null)
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                found[equals > 0 ? pair[..equals] : throw VolumeProblems.BadEntry($"expected key=value, got {VolumeProblems.Go(pair)}").AsException()] =
                    pair[(equals + 1)..];
            }
        }

        return found.Count > 0 ? found.ToImmutable() : null;
    }
}
