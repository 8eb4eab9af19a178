using Berth.Edge.Hosting;

namespace Berth.Edge.Listening;

/// <summary>One open listener beside the main ones; closing it lets requests under way end.</summary>
internal sealed class Door(WebServer web, TimeSpan patience, TimeProvider time) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(patience, time);
        await web.StopAsync(timeout.Token);
        await web.DisposeAsync();
    }
}
