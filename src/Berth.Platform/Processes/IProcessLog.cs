using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>What the daemon's log is told about apps' processes and builds: things nobody was there to read.</summary>
public interface IProcessLog
{
    /// <summary>Something about an app that keeps nothing from running.</summary>
    void Noticed(AppName app, string what);

    /// <summary>A command about an app ended with a problem; its caller may have gone away.</summary>
    void Failed(AppName app, string operation, Problem problem);

    /// <summary>A command about an app was interrupted.</summary>
    void Interrupted(AppName app, string operation);
}
