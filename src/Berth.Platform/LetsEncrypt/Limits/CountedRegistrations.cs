using Berth.Acme.Accounts;
using Berth.Acme.Limits;

namespace Berth.Platform.LetsEncrypt.Limits;

/// <summary>Writes into a server's ledger what is registered there, before it is.</summary>
internal sealed class CountedRegistrations(Ledgers ledgers, Uri directory, string account) : IRegistrations
{
    // By whose limits it was counted; one at a time is registered at a server.
    private RateLedger? _ledger;

    // Many apps may be about to order, and each has seen that there is one left.
    public async Task BeginAsync(CancellationToken cancel)
    {
        var ledger = await ledgers.OfAsync(directory);
        if (ledger.ReserveRegistration(account) is { MayGo: false } verdict)
        {
            throw LetsEncryptProblems.RegistrationHeld(directory, verdict);
        }

        _ledger = ledger;
        await SaveAsync(ledger);
    }

    public async Task EndAsync(bool? isMade)
    {
        if (_ledger is not { } ledger)
        {
            return;
        }

        _ledger = null;
        if (isMade == false)
        {
            ledger.UndoRegistration(account);
            await SaveAsync(ledger);
        }
        else
        {
            ledger.ReleaseRegistration(account);
        }
    }

    private static Task SaveAsync(RateLedger ledger) => Ledgers.TryAsync(() => ledger.SaveAsync(CancellationToken.None));
}
