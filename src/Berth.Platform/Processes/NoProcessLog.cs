using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>For commands without a daemon: their callers read everything themselves.</summary>
public sealed class NoProcessLog : IProcessLog
{
    public void Noticed(AppName app, string what)
    {
        // The command prints what it finds.
    }

    public void Failed(AppName app, string operation, Problem problem)
    {
        // The command prints it.
    }

    public void Interrupted(AppName app, string operation)
    {
        // Whoever pressed Ctrl-C knows.
    }
}
