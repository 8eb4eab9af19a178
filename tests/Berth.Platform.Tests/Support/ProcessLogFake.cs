using System.Collections.Concurrent;
using Berth.Kernel;
using Berth.Platform.Processes;

namespace Berth.Platform.Tests.Support;

/// <summary>Remembers what the log was told, a line an entry.</summary>
internal sealed class ProcessLogFake : IProcessLog
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public void Noticed(AppName app, string what) => Lines.Enqueue($"{app}: {what}");

    public void Failed(AppName app, string operation, Problem problem) => Lines.Enqueue($"{app}: {operation} failed: {problem.Code}");

    public void Interrupted(AppName app, string operation) => Lines.Enqueue($"{app}: {operation} interrupted");
}
