namespace Berth.Storage;

/// <summary>Places as they were when they were last looked at.</summary>
internal sealed class Followed(FolderWatch watch, WatchedPlace[] nodes, long versions)
{
    public bool IsUnchanged => watch.AreUnchanged(nodes, versions);
}
