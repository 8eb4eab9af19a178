using Berth.Kernel;
using Berth.Platform.Routing;
using Berth.Platform.Takeover;

namespace Berth.Daemon;

/// <summary>Keeps the routes to containers of a taken-over server true: they stop, start and move without telling anybody here.</summary>
internal sealed class ContainerWatch(ContainerTargets containers, RoutePublisher routes, Action<AppName, Problem> failed) : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(20);
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>Looks once, before the first visitor, and from then on beside everything else.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        await LookAsync(cancel);
        _watching = WatchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Every, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await LookAsync(_stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The daemon ends.
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        foreach (var app in await containers.LookAsync(cancel))
        {
            Publish(app);
        }
    }

    private void Publish(AppName app)
    {
        try
        {
            routes.Publish(app);
        }
        catch (ProblemException e)
        {
            failed(app, e.Problem);
        }
    }
}
