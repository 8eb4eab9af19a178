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
    /// <inheritdoc/>
    public async ValueTask<StoredAccount?> LoadAsync(AccountIdentity identity, CancellationToken cancel)
    {
        try
        {
            var json = await File.ReadAllBytesAsync(FileOf(identity), cancel);
            return JsonSerializer.Deserialize(json, JournalJson.Default.StoredAccount);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public ValueTask SaveAsync(AccountIdentity identity, StoredAccount account, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(FileOf(identity), JsonSerializer.Serialize(account, JournalJson.Default.StoredAccount));
        return ValueTask.CompletedTask;
    }

    // A URL is no file name; its hash is.
    private string FileOf(AccountIdentity identity)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{identity.DirectoryUrl}\n{identity.Email}"));
        return Path.Join(folder, $"account-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}.json");
    }
}
