using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Acme.Accounts;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// ACME accounts, shared by all apps of one server and e-mail, below <c>data/letsencrypt/--global/accounts/&lt;host&gt;/&lt;e-mail&gt;</c>.
/// An account that the letsencrypt plugin's client left there is taken over, and kept readable for it (<see cref="LegoAccount"/>).
/// </summary>
internal sealed class AccountFiles(IStateStore store) : IAccountStore
{
    public ValueTask<StoredAccount?> LoadAsync(AccountIdentity identity, CancellationToken cancel)
    {
        var folder = FolderOf(identity);
        if (store.Read(Own(folder, identity)) is not { } text)
        {
            return new(LegoAccount.Read(store, folder, identity) ?? LegoAccount.FindBesideCertificates(store, identity));
        }

        try
        {
            return new(JsonSerializer.Deserialize(text, JournalJson.Default.StoredAccount));
        }
        catch (JsonException)
        {
            // Not whole: a new account is one request away, and the old one does no harm.
            return new((StoredAccount?)null);
        }
    }

    public ValueTask SaveAsync(AccountIdentity identity, StoredAccount account, CancellationToken cancel)
    {
        var folder = FolderOf(identity);
        store.EnsureFolder(Accounts, PrivateFolder.OwnerOnly);
        store.EnsureFolder(HostOf(identity), PrivateFolder.OwnerOnly);
        store.EnsureFolder(folder, PrivateFolder.OwnerOnly);
        store.Write(Own(folder, identity), JsonSerializer.Serialize(account, JournalJson.Default.StoredAccount));
        LegoAccount.Write(store, folder, identity, account);
        return ValueTask.CompletedTask;
    }

    private static StatePath Accounts { get; } = StatePath.Lib("data", "letsencrypt", "--global", "accounts");

    private static StatePath HostOf(AccountIdentity identity) => Accounts.Slash(new Uri(identity.DirectoryUrl).Authority.Replace(':', '_'));

    private static StatePath FolderOf(AccountIdentity identity) => HostOf(identity).Slash(LegoAccount.NameOf(identity));

    // The hash tells two directories of one host apart.
    private static StatePath Own(StatePath folder, AccountIdentity identity)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(identity.DirectoryUrl));
        return folder.Slash($"berth-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}.json");
    }
}
