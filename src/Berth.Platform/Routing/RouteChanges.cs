using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Routing;

/// <summary>
/// Makes the edge follow what a command has written, and tells the caller of what did not come to pass. Without a daemon the edge is
/// not running: then nothing is opened and nothing told, and the next start follows the files.
/// </summary>
public sealed class RouteChanges(RoutePublisher routes, EdgeServer edge)
{
    /// <summary>Publishes an app, waits for the ports it asks for, and warns of each that could not be opened.</summary>
    public async Task PublishAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        routes.Publish(app);
        await edge.SettleAsync(cancel);
        foreach (var (port, problem) in edge.DoorProblems.Where(pair => routes.DoorsOf(app).Contains(pair.Key)))
        {
            output.Warn($"{port}: {problem.Found}");
            output.Remedy(problem.Remedy);
        }
    }

    /// <summary>Publishes every app; one that cannot be read keeps what it had.</summary>
    public void PublishAll() => routes.PublishAll(static (_, _) => { });

    /// <summary>Takes an app's routes off until something publishes it again.</summary>
    public void Withdraw(AppName app) => edge.Update(snapshot => snapshot.WithoutApp(app));
}
