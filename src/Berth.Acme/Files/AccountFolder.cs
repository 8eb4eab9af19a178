using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Acme.Accounts;
using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Acme.Files;

/// <summary>Keeps accounts as files of mode 0600, each whole or not at all.</summary>
/// <param name="folder">Where; made when it is not there.</param>
public sealed class AccountFolder(string folder) : IAccountStore
{
    private const string Prefix = "account-";

    /// <inheritdoc/>
    public async ValueTask<StoredAccount?> LoadAsync(AccountIdentity identity, CancellationToken cancel)
    {
        try
        {
            return await ReadAsync(FileOf(identity), cancel);
        }
        catch (JsonException e)
        {
            throw AcmeProblems.BadAccountKey(new Uri(identity.DirectoryUrl).Authority, e.Message).AsException(e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask SaveAsync(AccountIdentity identity, StoredAccount account, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var json = JsonSerializer.Serialize(account, JournalJson.Default.StoredAccount);
        AtomicFile.Write(FileOf(identity), json);
        foreach (var other in Directory.EnumerateFiles(folder, Prefix + "*.json").Where(file => file != FileOf(identity)))
        {
            if (account.Url is { } url && await IsOfAsync(url, other, cancel))
            {
                AtomicFile.Write(other, json);
            }
        }
    }

    private static async ValueTask<StoredAccount?> ReadAsync(string file, CancellationToken cancel)
    {
        try
        {
            return JsonSerializer.Deserialize(await File.ReadAllBytesAsync(file, cancel), JournalJson.Default.StoredAccount);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static async ValueTask<bool> IsOfAsync(string url, string file, CancellationToken cancel)
    {
        try
        {
            return (await ReadAsync(file, cancel))?.Url == url;
        }
        catch (JsonException)
        {
            // Its own client will say so.
            return false;
        }
    }

    // A URL is no file name; its hash is.
    private string FileOf(AccountIdentity identity)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{identity.DirectoryUrl}\n{identity.Email}"));
        return Path.Join(folder, $"{Prefix}{Convert.ToHexStringLower(hash.AsSpan(0, 8))}.json");
    }
}
