using Berth.Authority.Signing;
using Berth.Authority.Storage;
using Berth.Authority.Validation;
using Microsoft.Extensions.Logging;

namespace Berth.Authority;

/// <summary>What an authority does by itself, every few seconds: take over the work of nodes that are gone.</summary>
internal sealed class Maintenance(
    IAuthorityStore store, ValidationWork validation, IssuanceWork issuance, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    internal void Start() => _loop = RunAsync();

    private async Task RunAsync()
    {
        // Who works alone on its data takes up at once what the run before left; others' leases are theirs.
        var leasesBefore = store.IsAlone ? DateTimeOffset.MaxValue : time.GetUtcNow();
        try
        {
            while (true)
            {
                await TryAsync(() => TakeOverAsync(leasesBefore));
                await Task.Delay(Pause, time, _stop.Token);
                leasesBefore = time.GetUtcNow();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task TakeOverAsync(DateTimeOffset leasesBefore)
    {
        await validation.TakeOverAsync(leasesBefore, _stop.Token);
        await issuance.TakeOverAsync(leasesBefore, _stop.Token);
    }

    // One duty that fails, say because the database restarts, is tried again in the next round and keeps no other from its turn.
    private async Task TryAsync(Func<Task> duty)
    {
        try
        {
            await duty();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.MaintenanceFailed(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }
}
