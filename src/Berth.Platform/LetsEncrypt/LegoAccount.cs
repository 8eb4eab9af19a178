using System.Security.Cryptography;
using System.Text.Json;
using Berth.Acme.Accounts;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>An account as the letsencrypt plugin's client (lego) keeps it: <c>account.json</c>, and its key in <c>keys/&lt;e-mail&gt;.key</c>.</summary>
internal static class LegoAccount
{
    private const string Facts = "account.json";

    public static string NameOf(AccountIdentity identity) => identity.Email ?? "no-email";

    public static string HostOf(AccountIdentity identity) => new Uri(identity.DirectoryUrl).Authority.Replace(':', '_');

    /// <summary>What is kept of it, below its folder.</summary>
    public static IReadOnlyList<string[]> Files(AccountIdentity identity) => [[Facts], ["keys", $"{NameOf(identity)}.key"]];

    /// <returns>The account, or null when there is none that can be read and belongs to this server.</returns>
    public static StoredAccount? Read(IStateStore store, StatePath folder, AccountIdentity identity)
    {
        if (store.Read(Key(folder, identity)) is not { } key || !IsKey(key) || store.Read(folder.Slash(Facts)) is not { } text)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.TryGetProperty("registration", out var registration)
                && registration.TryGetProperty("uri", out var uri)
                && Uri.TryCreate(uri.GetString(), UriKind.Absolute, out var url)
                && url.Authority == new Uri(identity.DirectoryUrl).Authority
                    ? new StoredAccount { KeyPem = key, Url = url.AbsoluteUri }
                    : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not whole, or of another shape: a new account is one request away.
            return null;
        }
    }

    /// <summary>Before accounts were shared, each certificate's folder had its own: <c>&lt;app&gt;/letsencrypt/certs/&lt;hash&gt;/accounts</c>.</summary>
    public static StoredAccount? FindBesideCertificates(IStateStore store, AccountIdentity identity)
    {
        return store.List(StatePath.Home())
            .Select(app => StatePath.Home(app, "letsencrypt", "certs"))
            .Where(store.Exists)
            .SelectMany(certificates => store.List(certificates).Select(hash => certificates.Slash(hash, "accounts", HostOf(identity), NameOf(identity))))
            .Select(folder => Read(store, folder, identity))
            .FirstOrDefault(found => found is not null);
    }

    /// <summary>Keeps what is there readable for the plugin, should its user go back.</summary>
    public static void Write(IStateStore store, StatePath folder, AccountIdentity identity, StoredAccount account)
    {
        if (account.Url is not { } url)
        {
            return;
        }

        store.Write(Key(folder, identity), account.KeyPem);
        store.Write(folder.Slash(Facts), PlainJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("email", identity.Email ?? "");
            writer.WriteStartObject("registration");
            writer.WriteStartObject("body");
            writer.WriteString("status", account.IsDeactivated ? "deactivated" : "valid");
            writer.WriteEndObject();
            writer.WriteString("uri", url);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }) + "\n");
    }

    private static StatePath Key(StatePath folder, AccountIdentity identity) => folder.Slash("keys", $"{NameOf(identity)}.key");

    private static bool IsKey(string pem)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return IsRsaKey(pem);
        }
    }

    private static bool IsRsaKey(string pem)
    {
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(pem);
            return key.KeySize is >= 2048 and <= 4096;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}
