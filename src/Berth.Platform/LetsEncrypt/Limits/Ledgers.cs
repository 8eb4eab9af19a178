using System.Collections.Concurrent;
using Berth.Acme.Accounts;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Limits;

/// <summary>The ledger of each server, opened once and again where it could not be read; it goes on by other limits when they are set anew.</summary>
public sealed class Ledgers(IStateStore store, LetsEncryptSettingsStore settings, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (string Limits, Lazy<Task<RateLedger>> Ledger)> _open = new(StringComparer.Ordinal);

    /// <summary>The servers anything was spent at.</summary>
    public IReadOnlyList<Uri> Known => [.. LedgerFiles.Known(store)];

    /// <summary>Whether any limit of the server is known, by itself or by what was set.</summary>
    public bool AreKnownOf(Uri directory) => LimitWords.Of(directory, Set).All.Count > 0;

    private string Set => settings.ForAll(LetsEncryptSettingsStore.Limits) ?? "";

    public Task<RateLedger> OfAsync(Uri directory)
    {
        var limits = Set;
        var (_, ledger) = _open.AddOrUpdate(
            directory.OriginalString,
            key => (limits, Open(directory, limits)),
            (key, open) => open.Ledger is { IsValueCreated: true, Value.IsFaulted: true } ? (limits, Open(directory, limits))
                : open.Limits == limits ? open
                : (limits, Adapt(open.Ledger, directory, limits)));
        return ledger.Value;
    }

    /// <summary>What keeps an order from going now; empty when nothing does.</summary>
    /// <param name="server">Where it would be placed.</param>
    /// <param name="planned">What.</param>
    /// <param name="registers">Whether an account would be registered for it.</param>
    public async Task<IReadOnlyList<LineageGate>> GatesOfAsync(WantedServer server, PlannedOrder planned, bool registers) =>
        GatesOf(HoldsOf(await OfAsync(server.Directory), planned, registers), server);

    /// <summary>What keeps an order, and the registration that it may need, from going now.</summary>
    internal static IEnumerable<LimitHold> HoldsOf(RateLedger ledger, PlannedOrder planned, bool registers) =>
        registers ? ledger.Check(planned).Holds.Union(ledger.CheckRegistration(planned.Account).Holds) : ledger.Check(planned).Holds;

    /// <summary>Notes what holds nobody up: a ledger that cannot be written keeps it for its next save.</summary>
    internal static async Task TryAsync(Func<ValueTask> note)
    {
        try
        {
            await note();
        }
        catch (ProblemException)
        {
            // The next save has it.
        }
    }

    /// <summary>Counts the accounts that a server makes for an e-mail.</summary>
    public IRegistrations RegistrationsOf(Uri directory, EmailAddress? email) => new CountedRegistrations(this, directory, email?.Text ?? "");

    /// <summary>What holds an order back, as it is remembered.</summary>
    public IReadOnlyList<LineageGate> GatesOf(IEnumerable<LimitHold> holds, WantedServer server) => [.. holds.Select(hold => Holds.ToGate(hold, server, Set))];

    private Lazy<Task<RateLedger>> Open(Uri directory, string limits) => new(() => RateLedger.OpenAsync(
        LimitWords.Of(directory, limits), new LedgerFiles(store, directory.OriginalString), time, CancellationToken.None));

    // Two that are open on the same files would each write over what the other has counted.
    private static Lazy<Task<RateLedger>> Adapt(Lazy<Task<RateLedger>> open, Uri directory, string limits) =>
        new(async () => (await open.Value).With(LimitWords.Of(directory, limits)));
}
