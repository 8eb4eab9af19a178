using Berth.Authority.Audit;
using Berth.Authority.Front;
using Berth.Authority.Signing;
using Berth.Authority.Storage;
using Berth.Authority.Validation;
using Microsoft.Extensions.Logging;

namespace Berth.Authority;

/// <summary>What an authority does by itself: take over the work of nodes that are gone, notice new keys, make successors, write the audit log, forget.</summary>
internal sealed class Maintenance(
    AuthorityOptions options, IAuthorityStore store, NodeIdentity node, Hierarchy hierarchy, SharedKeys? shared, ValidationWork validation,
    IssuanceWork issuance, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private const int PurgedAtOnce = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenPurges = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromDays(1);

    private readonly AuditLog _audit = new(options.DataFolder, time);
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private DateTimeOffset _nextPurge;
    private DateTimeOffset _nextWarning;

    internal void Start() => _loop = RunAsync();

    private async Task RunAsync()
    {
        // Who works alone on its data takes up at once what the run before left; others' leases are theirs.
        var leasesBefore = store.IsAlone ? DateTimeOffset.MaxValue : time.GetUtcNow();
        try
        {
            while (true)
            {
                await TryAsync(() => validation.TakeOverAsync(leasesBefore, _stop.Token));
                await TryAsync(() => issuance.TakeOverAsync(leasesBefore, _stop.Token));
                await TryAsync(RenewKeysAsync);
                await TryAsync(() => _audit.WriteAsync(store, node.Id, _stop.Token));
                await TryAsync(PurgeAsync);
                await Task.Delay(Pause, time, _stop.Token);
                leasesBefore = time.GetUtcNow();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task RenewKeysAsync()
    {
        if (shared is not null)
        {
            await shared.PullAsync(_stop.Token);
        }

        hierarchy.Refresh();
        if (hierarchy.RotateIfDue() is { } successor)
        {
            log.Rotated(successor.Id, successor.Certificate.Subject);
            await store.NoteAsync("intermediate-made", [("issuer", successor.Id), ("subject", successor.Certificate.Subject)], _stop.Token);
        }

        if (hierarchy.NeedsSuccessor && time.GetUtcNow() >= _nextWarning)
        {
            _nextWarning = time.GetUtcNow() + BetweenWarnings;
            log.SuccessorNeeded(hierarchy.Current.Id, hierarchy.Current.NotAfter);
        }

        if (shared is not null)
        {
            await shared.PushAsync(_stop.Token);
        }
    }

    // In small batches, each a transaction of its own: nobody waits long, and a node that is killed has lost nothing.
    private async Task PurgeAsync()
    {
        var now = time.GetUtcNow();
        if (now < _nextPurge)
        {
            return;
        }

        _nextPurge = now + BetweenPurges;
        var times = new PurgeTimes(now, now - SharedNonces.Remembered, now - options.KeepRecords, now - options.KeepCertificates);
        while (await store.PurgeAsync(times, PurgedAtOnce, _stop.Token) > 0)
        {
            await Task.Yield();
        }
    }

    // One duty that fails, say because the database restarts, is tried again in the next round and keeps no other from its turn.
    private async Task TryAsync(Func<Task> duty)
    {
        try
        {
            await duty();
        }
        catch (Exception e) when (e is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            log.MaintenanceFailed(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await TryAsync(() => _audit.WriteAsync(store, node.Id, patience.Token));
        _stop.Dispose();
    }
}
