using Microsoft.Extensions.Hosting;

namespace Berth.Edge.Hosting;

/// <summary>The edge lives inside a program that hears signals itself.</summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
