using System.Text.Json;
using Berth.Acme.Accounts;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// Accounts that Dokku's letsencrypt plugin made with lego, found where it left them: shared in <c>data/letsencrypt/--global/accounts</c>, or
/// beside an app's certificates, <c>certs/&lt;hash&gt;/accounts</c>; below both <c>&lt;host&gt;/&lt;email&gt;/account.json</c> and <c>keys/&lt;email&gt;.key</c>. Read only.
/// </summary>
internal static class LegoAccounts
{
    /// <returns>The account, or null when there is none that can be read.</returns>
    public static StoredAccount? Find(IStateStore store, AccountIdentity identity)
    {
        if (identity.Email is not { } email || email.Contains('/', StringComparison.Ordinal)
            || !Uri.TryCreate(identity.DirectoryUrl, UriKind.Absolute, out var directory))
        {
            return null;
        }

        var host = directory.Authority.Replace(':', '_');
        return Folders(store).Select(folder => Read(store, folder.Slash(host, email), email, directory)).FirstOrDefault(found => found is not null);
    }

    private static IEnumerable<StatePath> Folders(IStateStore store)
    {
        yield return StatePath.Lib("data", "letsencrypt", "--global", "accounts");
        foreach (var app in store.List(StatePath.Home()).Where(name => !name.StartsWith('.')))
        {
            var certificates = StatePath.Home(app, "letsencrypt", "certs");
            if (!store.Exists(certificates))
            {
                continue;
            }

            foreach (var hash in store.List(certificates))
            {
                yield return certificates.Slash(hash, "accounts");
            }
        }
    }

    private static StoredAccount? Read(IStateStore store, StatePath folder, string email, Uri directory)
    {
        if (store.Read(folder.Slash("keys", $"{email}.key")) is not { } key || store.Read(folder.Slash("account.json")) is not { } account)
        {
            return null;
        }

        // Without a URL of the same server the key alone does: registering finds its account again.
        return new StoredAccount { KeyPem = key, Url = UrlIn(account) is { } url && url.Host == directory.Host ? url.ToString() : null };
    }

    private static Uri? UrlIn(string account)
    {
        try
        {
            using var read = JsonDocument.Parse(account);
            return read.RootElement.ValueKind == JsonValueKind.Object
                && read.RootElement.TryGetProperty("registration", out var registration) && registration.ValueKind == JsonValueKind.Object
                && registration.TryGetProperty("uri", out var uri) && uri.ValueKind == JsonValueKind.String
                && Uri.TryCreate(uri.GetString(), UriKind.Absolute, out var url) ? url : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
