namespace Berth.Platform.Volumes;

/// <summary>A place for data together with where an app finds it.</summary>
public sealed record Mount(StorageEntry Entry, Attachment Attachment)
{
    /// <returns>As <c>storage:list</c> shows it: <c>host:container[:options]</c>.</returns>
    public override string ToString() =>
        new MountSpec(Entry.Host, Attachment.ContainerPath, Attachment.Readonly, Attachment.VolumeOptions).ToString();
}
