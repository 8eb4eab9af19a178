using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins;

/// <summary>A platform without plugins.</summary>
public sealed class NoTriggers : ITriggers
{
    public Task FireAsync(string trigger, IReadOnlyList<string> arguments, CommandOutput output, CancellationToken cancel) => Task.CompletedTask;
}
