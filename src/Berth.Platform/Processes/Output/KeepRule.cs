namespace Berth.Platform.Processes.Output;

/// <summary>How a file that grows is kept.</summary>
/// <param name="Limit">The size in bytes from which it is put aside.</param>
/// <param name="Older">The name it then has, in the same folder.</param>
/// <param name="Mode">Of a new file.</param>
/// <param name="FolderMode">Of a new folder.</param>
internal sealed record KeepRule(long Limit, string Older, UnixFileMode Mode, UnixFileMode FolderMode);
