using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Apps;

/// <summary>Starts a release of an app and puts it into service.</summary>
public interface IAppDeployer
{
    /// <param name="app">Whose.</param>
    /// <param name="release">A release on disk.</param>
    /// <param name="output">Where progress goes.</param>
    /// <param name="cancel">Gives up; what ran before stays.</param>
    Task DeployAsync(AppName app, string release, CommandOutput output, CancellationToken cancel);
}
