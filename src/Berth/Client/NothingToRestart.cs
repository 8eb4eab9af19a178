using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Client;

/// <summary>Without a daemon no app runs under it; the next start takes the new values.</summary>
internal sealed class NothingToRestart : IAppRestarter
{
    public Task RestartIfRunningAsync(AppName app, CommandOutput output, CancellationToken cancel) => Task.CompletedTask;
}
