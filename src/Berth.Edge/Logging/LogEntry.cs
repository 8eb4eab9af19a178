namespace Berth.Edge.Logging;

/// <summary>A line on its way to a file; the buffer is lent and goes back once written.</summary>
internal readonly record struct LogEntry(string Path, byte[] Buffer, int Length);
