namespace Berth.Acme.Accounts;

/// <summary>Keeps accounts. Called rarely; an answer is remembered for the client's lifetime.</summary>
public interface IAccountStore
{
    /// <returns>Null when there is none yet.</returns>
    ValueTask<StoredAccount?> LoadAsync(AccountIdentity identity, CancellationToken cancel);

    /// <summary>
    /// Called before registration (with the key alone) and after it. MUST be durable when it returns, and private (0600).
    /// </summary>
    ValueTask SaveAsync(AccountIdentity identity, StoredAccount account, CancellationToken cancel);
}
