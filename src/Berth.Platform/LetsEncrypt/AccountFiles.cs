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
    private const string None = "{}\n";
    private const string Prefix = "berth-";

    public ValueTask<StoredAccount?> LoadAsync(AccountIdentity identity, CancellationToken cancel) => new(
        store.Exists(Own(FolderOf(identity), identity))
            ? ReadOwn(identity)
            : OfClients(identity) ?? LegoAccount.FindBesideCertificates(store, identity));

    // The copy kept for other clients tells its host alone, which may have several directories.
    private StoredAccount? OfClients(AccountIdentity identity) => LegoAccount.Read(store, FolderOf(identity), identity) is { } found
        && !store.List(FolderOf(identity)).Any(file => file.StartsWith(Prefix, StringComparison.Ordinal) && Read(FolderOf(identity).Slash(file))?.Url == found.Url) ? found : null;

    /// <summary>Whether it was ended by hand.</summary>
    public bool IsClosed(AccountIdentity identity) => ReadOwn(identity) is { IsDeactivated: true };

    /// <summary>Whether any was, of whatever server and e-mail.</summary>
    public bool IsAnyClosed()
    {
        try
        {
            return All().Any(file => Read(file) is { IsDeactivated: true });
        }
        catch (ProblemException)
        {
            // One that cannot be read may be: who asks after it is told.
            return true;
        }
    }

    private IEnumerable<StatePath> All() => store.ListFolders(Accounts)
        .Select(host => Accounts.Slash(host))
        .Where(host => host != Aside)
        .SelectMany(host => store.ListFolders(host).Select(email => host.Slash(email)))
        .SelectMany(folder => store.List(folder).Where(file => file.StartsWith(Prefix, StringComparison.Ordinal)).Select(file => folder.Slash(file)));

    public ValueTask SaveAsync(AccountIdentity identity, StoredAccount account, CancellationToken cancel)
    {
        var folder = FolderOf(identity);
        EnsureFolder(identity);
        Write(folder, identity, account);
        foreach (var other in AlikeOf(identity, account.Url))
        {
            Write(FolderOf(other), other, account);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Whether this is the account kept there; also where it is not known yet.</summary>
    public bool MayBe(AccountIdentity identity, string url) => !store.Exists(Own(FolderOf(identity), identity)) || ReadOwn(identity)?.Url == url;

    /// <summary>Puts an account aside, under each e-mail that it is kept under: the next order registers another.</summary>
    /// <returns>Where it is kept from then on, a folder for each; none where none was kept here.</returns>
    public async ValueTask<IReadOnlyList<string>> SetAsideAsync(AccountIdentity identity, DateTimeOffset now, CancellationToken cancel)
    {
        // The one that is asked for last: cut off, it still names the others.
        AccountIdentity[] all = [.. AlikeOf(identity, (await LoadAsync(identity, cancel))?.Url), identity];
        store.EnsureFolder(Accounts, PrivateFolder.OwnerOnly);
        store.EnsureFolder(Aside, PrivateFolder.OwnerOnly);
        foreach (var each in all)
        {
            SetAside(each, AsideOf(each, now));
        }

        return [.. all.Select(each => AsideOf(each, now)).Where(store.Exists).Select(store.FileOf)];
    }

    // A copy is there before anything goes, whenever it is cut off.
    private void SetAside(AccountIdentity identity, StatePath aside)
    {
        var folder = FolderOf(identity);
        foreach (var file in LegoAccount.Files(identity).Prepend([OwnName(identity)]))
        {
            if (store.Read(folder.Slash(file)) is { } text && text != None)
            {
                store.EnsureFolder(aside, PrivateFolder.OwnerOnly);
                store.Write(aside.Slash(file), text);
            }
        }

        // Nor is one taken over again that an older plugin left beside certificates.
        EnsureFolder(identity);
        store.Write(Own(folder, identity), None);
        foreach (var file in LegoAccount.Files(identity))
        {
            store.Delete(folder.Slash(file));
        }
    }

    private static StatePath AsideOf(AccountIdentity identity, DateTimeOffset now) =>
        Aside.Slash($"{LegoAccount.HostOf(identity)}.{LegoAccount.NameOf(identity)}.{now.UtcDateTime:yyyyMMddHHmmss}");

    private void EnsureFolder(AccountIdentity identity)
    {
        store.EnsureFolder(Accounts, PrivateFolder.OwnerOnly);
        store.EnsureFolder(HostOf(identity), PrivateFolder.OwnerOnly);
        store.EnsureFolder(FolderOf(identity), PrivateFolder.OwnerOnly);
    }

    private void Write(StatePath folder, AccountIdentity identity, StoredAccount account)
    {
        store.Write(Own(folder, identity), JsonSerializer.Serialize(account, JournalJson.Default.StoredAccount));
        LegoAccount.Write(store, folder, identity, account);
    }

    // Once its contact was changed, an account is kept under two e-mails.
    private List<AccountIdentity> AlikeOf(AccountIdentity identity, string? url) => url is null ? [] :
        store.ListFolders(HostOf(identity))
            .Select(name => identity with { Email = name })
            .Where(other => LegoAccount.NameOf(other) != LegoAccount.NameOf(identity) && ReadOwn(other)?.Url == url)
            .ToList();

    private StoredAccount? ReadOwn(AccountIdentity identity) => Read(Own(FolderOf(identity), identity));

    private StoredAccount? Read(StatePath file)
    {
        try
        {
            return store.Read(file) is { } text ? JsonSerializer.Deserialize(text, JournalJson.Default.StoredAccount) : null;
        }
        catch (JsonException)
        {
            // Not whole: a new account is one request away, and the old one does no harm.
            return null;
        }
    }

    private static StatePath Accounts { get; } = StatePath.Lib("data", "letsencrypt", "--global", "accounts");

    private static StatePath Aside { get; } = Accounts.Slash("aside");

    private static StatePath HostOf(AccountIdentity identity) => Accounts.Slash(LegoAccount.HostOf(identity));

    private static StatePath FolderOf(AccountIdentity identity) => HostOf(identity).Slash(LegoAccount.NameOf(identity));

    private static StatePath Own(StatePath folder, AccountIdentity identity) => folder.Slash(OwnName(identity));

    // The hash tells two directories of one host apart.
    private static string OwnName(AccountIdentity identity)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(identity.DirectoryUrl));
        return $"{Prefix}{Convert.ToHexStringLower(hash.AsSpan(0, 8))}.json";
    }
}
