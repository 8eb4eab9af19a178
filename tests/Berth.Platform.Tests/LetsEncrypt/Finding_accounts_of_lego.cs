using System.Security.Cryptography;
using Berth.Acme.Accounts;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt;

public sealed class Finding_accounts_of_lego : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly AccountFiles _accounts;

    public Finding_accounts_of_lego()
    {
        Directory.CreateDirectory(_scratch["home/shop"]);
        _accounts = new AccountFiles(new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System));
    }

    [Theory]
    [InlineData("home/shop/letsencrypt/certs/0a1b/accounts")]
    [InlineData("lib/data/letsencrypt/--global/accounts")]
    public async Task uses_the_one_for_this_server_and_address(string folder)
    {
        Write($"{folder}/ca.example_14000/me@example.com", """{"registration":{"uri":"https://ca.example:14000/acct/7"}}""");

        Assert.Equal("https://ca.example:14000/acct/7", (await LoadAsync("https://ca.example:14000/dir", "me@example.com"))?.Url);
        Assert.Null(await LoadAsync("https://ca.example:14000/dir", "you@example.com"));
        Assert.Null(await LoadAsync("https://other.example/dir", "me@example.com"));
        Assert.Null(await LoadAsync("https://ca.example:14000/dir", null));
    }

    [Fact]
    public async Task prefers_its_own()
    {
        Write("lib/data/letsencrypt/--global/accounts/ca.example/me@example.com", "{}");
        var identity = new AccountIdentity("https://ca.example/dir", "me@example.com");
        await _accounts.SaveAsync(identity, new StoredAccount { KeyPem = "own", Url = "https://ca.example/acct/1" }, CancellationToken.None);
        Assert.Equal("own", (await _accounts.LoadAsync(identity, CancellationToken.None))?.KeyPem);
    }

    public void Dispose() => _scratch.Dispose();

    private async Task<StoredAccount?> LoadAsync(string directory, string? email) =>
        await _accounts.LoadAsync(new AccountIdentity(directory, email), CancellationToken.None);

    private void Write(string folder, string account)
    {
        Directory.CreateDirectory(_scratch[$"{folder}/keys"]);
        AtomicFile.Write(_scratch[$"{folder}/account.json"], account);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AtomicFile.Write(_scratch[$"{folder}/keys/{Path.GetFileName(folder)}.key"], key.ExportECPrivateKeyPem());
    }
}
