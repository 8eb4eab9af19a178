using Berth.Kernel;

namespace Berth.Edge.Logging;

/// <summary>A line on its way to an app's file; the buffer is lent and goes back once written.</summary>
internal readonly record struct LogEntry(LogPlace Place, AppName App, byte[] Buffer, int Length);
