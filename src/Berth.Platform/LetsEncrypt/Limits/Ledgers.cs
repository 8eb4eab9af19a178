using System.Collections.Concurrent;
using Berth.Acme.Limits;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Limits;

/// <summary>The ledger of each server, opened once and again when its limits are set anew or it could not be read.</summary>
public sealed class Ledgers(IStateStore store, LetsEncryptSettingsStore settings, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (string Limits, Lazy<Task<RateLedger>> Ledger)> _open = new(StringComparer.Ordinal);

    /// <summary>The servers anything was spent at.</summary>
    public IReadOnlyList<Uri> Known => [.. LedgerFiles.Known(store)];

    public Task<RateLedger> OfAsync(Uri directory)
    {
        var limits = settings.ForAll(LetsEncryptSettingsStore.Limits) ?? "";
        var (_, ledger) = _open.AddOrUpdate(
            directory.OriginalString,
            key => (limits, Open(directory, limits)),
            (key, open) => open.Limits == limits && open.Ledger is not { IsValueCreated: true, Value.IsFaulted: true } ? open : (limits, Open(directory, limits)));
        return ledger.Value;
    }

    private Lazy<Task<RateLedger>> Open(Uri directory, string limits) => new(() => RateLedger.OpenAsync(
        LimitWords.Of(directory, limits), new LedgerFiles(store, directory.OriginalString), time, CancellationToken.None));
}
