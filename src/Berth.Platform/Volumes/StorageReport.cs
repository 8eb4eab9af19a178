using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Volumes;

/// <summary>What <c>storage:report</c> shows.</summary>
internal static class StorageReport
{
    /// <summary>One app's mounts: as options of a container, and each field of each.</summary>
    public static Dictionary<string, string> ValuesOf(MountStore mounts, AppName app)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["storage-build-mounts"] = "" };
        foreach (var phase in Attachment.BothPhases)
        {
            values[$"storage-{phase}-mounts"] = string.Join(' ', mounts.Read(app, phase).Select(mount => $"-v {mount}"));
        }

        foreach (var (index, mount) in mounts.Read(app).Index())
        {
            var (prefix, attachment) = ($"storage-attachment.{index + 1}.", mount.Attachment);
            values[$"{prefix}entry-name"] = attachment.EntryName;
            values[$"{prefix}host-path"] = mount.Entry.Host;
            values[$"{prefix}container-path"] = attachment.ContainerPath;
            values[$"{prefix}phases"] = string.Join(',', attachment.Phases);
            values[$"{prefix}process-type"] = attachment.ProcessType;
            values[$"{prefix}subpath"] = attachment.Subpath ?? "";
            values[$"{prefix}readonly"] = attachment.Readonly ? "true" : "false";
            values[$"{prefix}volume-options"] = attachment.VolumeOptions ?? "";
            values[$"{prefix}volume-chown"] = attachment.VolumeChown ?? "";
        }

        return values;
    }

    /// <summary>Every entry and who mounts it.</summary>
    public static Task<int> PrintAllAsync(CommandOutput output, EntryStore entries, MountStore mounts, ReportRequest request)
    {
        var rows = entries.List().Select(entry => (Entry: entry, Apps: mounts.AppsUsing(entry.Name))).ToArray();
        if (request.Json)
        {
            output.Line($"[{string.Join(',', rows.Select(row => $"{{\"entry\":{EntryStore.Format(row.Entry)},\"mounted_by\":{PlainJson.OfList(row.Apps)}}}"))}]");
            return Task.FromResult(0);
        }

        output.QuietStep(rows.Length == 0 ? "No storage entries registered" : "Storage report (global):");
        foreach (var (entry, apps) in rows)
        {
            output.Detail($"{entry.Name}\t{entry.Scheduler}\tmounted by: {(apps.Count > 0 ? string.Join(", ", apps) : "—")}");
        }

        return Task.FromResult(0);
    }
}
