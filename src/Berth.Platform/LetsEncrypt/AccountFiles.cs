using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Acme.Accounts;
using Berth.Acme.Issuing;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>ACME accounts, one file for each server and e-mail, shared by all apps: <c>data/letsencrypt/--global/accounts</c>.</summary>
internal sealed class AccountFiles(IStateStore store) : IAccountStore
{
    public ValueTask<StoredAccount?> LoadAsync(AccountIdentity identity, CancellationToken cancel)
    {
        try
        {
            return new(store.Read(PathOf(identity)) is { } text
                ? JsonSerializer.Deserialize(text, JournalJson.Default.StoredAccount)
                : LegoAccounts.Find(store, identity));
        }
        catch (JsonException)
        {
            // Not whole: a new account is one request away, and the old one does no harm.
            return new((StoredAccount?)null);
        }
    }

    public ValueTask SaveAsync(AccountIdentity identity, StoredAccount account, CancellationToken cancel)
    {
        store.Write(PathOf(identity), JsonSerializer.Serialize(account, JournalJson.Default.StoredAccount));
        return ValueTask.CompletedTask;
    }

    // The host is there for people who look; the hash tells two directories of one host apart.
    private static StatePath PathOf(AccountIdentity identity)
    {
        var host = new Uri(identity.DirectoryUrl).Host.Replace(':', '_');
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{identity.DirectoryUrl}\n{identity.Email}"));
        return StatePath.Lib("data", "letsencrypt", "--global", "accounts", $"{host}-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}.json");
    }
}
