using System.Text.Json;
using Berth.Acme.Accounts;
using Berth.Acme.Issuing;

namespace Berth.Acme.Tests;

/// <summary>Accounts in memory, through their stored form.</summary>
internal sealed class TestAccounts : IAccountStore
{
    private readonly Dictionary<AccountIdentity, string> _stored = [];

    internal int Saves { get; private set; }

    internal void Clear() => _stored.Clear();

    public ValueTask<StoredAccount?> LoadAsync(AccountIdentity identity, CancellationToken cancel) => ValueTask.FromResult(
        _stored.TryGetValue(identity, out var json) ? JsonSerializer.Deserialize(json, JournalJson.Default.StoredAccount) : null);

    public ValueTask SaveAsync(AccountIdentity identity, StoredAccount account, CancellationToken cancel)
    {
        Saves++;
        _stored[identity] = JsonSerializer.Serialize(account, JournalJson.Default.StoredAccount);
        return ValueTask.CompletedTask;
    }
}
