namespace Berth.Acme.Accounts;

/// <summary>
/// Keeps accounts. Called rarely: what it answers is remembered until the server refuses what was signed with it. Clients that share one open
/// and change accounts one at a time.
/// </summary>
public interface IAccountStore
{
    /// <returns>Null when there is none yet.</returns>
    ValueTask<StoredAccount?> LoadAsync(AccountIdentity identity, CancellationToken cancel);

    /// <summary>
    /// Called before registration (with the key alone) and after it. MUST be durable when it returns, and private (0600). Once its contact was
    /// changed, an account is kept under two e-mails: whatever else has its URL MUST be brought up to date, too.
    /// </summary>
    ValueTask SaveAsync(AccountIdentity identity, StoredAccount account, CancellationToken cancel);
}
