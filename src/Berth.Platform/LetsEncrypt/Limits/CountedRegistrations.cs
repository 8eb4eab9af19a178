using Berth.Acme.Accounts;
using Berth.Acme.Limits;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Limits;

/// <summary>Writes into a server's ledger what is registered there, before it is.</summary>
internal sealed class CountedRegistrations(Ledgers ledgers, Uri directory, string account) : IRegistrations
{
    // Many apps may be about to order, and each has seen that there is one left.
    public async Task BeginAsync(CancellationToken cancel)
    {
        var ledger = await ledgers.OfAsync(directory);
        if (ledger.ReserveRegistration(account) is { MayGo: false } verdict)
        {
            throw LetsEncryptProblems.RegistrationHeld(directory, verdict);
        }

        await SaveAsync(ledger);
    }

    public async Task EndAsync(bool? isMade)
    {
        var ledger = await ledgers.OfAsync(directory);
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

    private static async Task SaveAsync(RateLedger ledger)
    {
        try
        {
            await ledger.SaveAsync(CancellationToken.None);
        }
        catch (ProblemException)
        {
            // Kept for its next save: no account is given up for that.
        }
    }
}
