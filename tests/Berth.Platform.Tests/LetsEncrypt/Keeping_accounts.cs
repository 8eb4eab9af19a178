using System.Security.Cryptography;
using Berth.Acme.Accounts;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Storage;
using Berth.TestKit;
using CsCheck;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>ACME accounts, one for each server and e-mail, where the plugin keeps them.</summary>
public sealed class Keeping_accounts : IDisposable
{
    private const string Folder = "lib/data/letsencrypt/--global/accounts/acme.example.com_14000/you@example.com";
    private static readonly AccountIdentity You = new("https://acme.example.com:14000/dir", "you@example.com");
    private readonly ScratchFolder _scratch = new();
    private readonly AccountFiles _accounts;

    public Keeping_accounts() =>
        _accounts = new AccountFiles(new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System));

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task gives_back_what_was_kept_and_keeps_servers_and_addresses_apart()
    {
        var account = new StoredAccount { KeyPem = Key(), Url = "https://acme.example.com:14000/account/1" };
        await _accounts.SaveAsync(You, account, CancellationToken.None);

        Assert.Equal(account, await _accounts.LoadAsync(You, CancellationToken.None));
        Assert.Null(await _accounts.LoadAsync(You with { Email = "else@example.com" }, CancellationToken.None));
        Assert.Null(await _accounts.LoadAsync(You with { DirectoryUrl = "https://other.example.com/dir" }, CancellationToken.None));
        Assert.Null(await _accounts.LoadAsync(You with { Email = null }, CancellationToken.None));
    }

    /// <summary>An authority that has one for each kind of key, or for each of its customers: an account of one is none at the other.</summary>
    [Fact]
    public async Task keeps_two_directories_of_one_host_apart()
    {
        await _accounts.SaveAsync(You, new StoredAccount { KeyPem = Key(), Url = "https://acme.example.com:14000/account/1" }, CancellationToken.None);
        var other = You with { DirectoryUrl = "https://acme.example.com:14000/other/dir" };
        Assert.Null(await _accounts.LoadAsync(other, CancellationToken.None));

        await _accounts.SaveAsync(other, new StoredAccount { KeyPem = Key(), Url = "https://acme.example.com:14000/other/account/1" }, CancellationToken.None);
        Assert.Equal("https://acme.example.com:14000/account/1", (await _accounts.LoadAsync(You, CancellationToken.None))?.Url);
        Assert.Equal("https://acme.example.com:14000/other/account/1", (await _accounts.LoadAsync(other, CancellationToken.None))?.Url);
    }

    [Fact]
    public async Task leaves_it_readable_for_the_plugin_and_for_nobody_else()
    {
        var key = Key();
        await _accounts.SaveAsync(You, new StoredAccount { KeyPem = key, Url = "https://acme.example.com:14000/account/1" }, CancellationToken.None);

        for (var folder = _scratch[Folder]; Path.GetFileName(folder) != "--global"; folder = Path.GetDirectoryName(folder)!)
        {
            Assert.Equal(PrivateFolder.OwnerOnly, File.GetUnixFileMode(folder));
        }

        Assert.Equal(key, File.ReadAllText(_scratch[$"{Folder}/keys/you@example.com.key"]));
        Assert.Contains("\"uri\":\"https://acme.example.com:14000/account/1\"", File.ReadAllText(_scratch[$"{Folder}/account.json"]), StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateFiles(_scratch[Folder], "*", SearchOption.AllDirectories),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task takes_over_an_account_of_the_plugins_client()
    {
        var key = Key();
        WriteLego(key, """{"email":"you@example.com","registration":{"body":{"status":"valid"},"uri":"https://acme.example.com:14000/account/7"}}""");
        Assert.Equal(
            new StoredAccount { KeyPem = key, Url = "https://acme.example.com:14000/account/7" }, await _accounts.LoadAsync(You, CancellationToken.None));
    }

    [Theory]
    [InlineData("""{"registration":{"uri":"https://evil.example.org/account/7"}}""")]
    [InlineData("""{"registration":{"uri":7}}""")]
    [InlineData("""{"registration":null}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task makes_a_new_one_rather_than_trust_a_file_that_is_none(string json)
    {
        WriteLego(Key(), json);
        Assert.Null(await _accounts.LoadAsync(You, CancellationToken.None));
    }

    [Fact]
    public async Task survives_whatever_the_files_hold() => await Gen.Select(Gen.String, Gen.String).SampleAsync(
        async (key, json) =>
        {
            WriteLego(key, json);
            Assert.Null(await _accounts.LoadAsync(You, CancellationToken.None));
        },
        iter: 100,
        threads: 1);

    private static string Key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private void WriteLego(string key, string json)
    {
        Directory.CreateDirectory(_scratch[$"{Folder}/keys"]);
        AtomicFile.Write(_scratch[$"{Folder}/keys/you@example.com.key"], key);
        AtomicFile.Write(_scratch[$"{Folder}/account.json"], json);
    }
}
