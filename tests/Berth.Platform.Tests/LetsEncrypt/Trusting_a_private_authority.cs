using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Accounts;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>The clients of servers whose roots are in a file of the daemon's.</summary>
public sealed class Trusting_a_private_authority : IDisposable
{
    private static readonly Uri Server = new("https://acme.example");
    private readonly Room _room = new();
    private readonly AcmeClients _clients;

    public Trusting_a_private_authority() => _clients = new AcmeClients(_room.Store, null, TrustFile, null, TimeProvider.System);

    private string TrustFile => _room.Scratch["roots.pem"];

    public void Dispose()
    {
        _clients.Dispose();
        _room.Dispose();
    }

    [Fact]
    public void reads_the_file_again_once_it_is_another()
    {
        AtomicFile.Write(TrustFile, Root());
        var first = _clients.ClientOf(Server, email: null);
        Assert.Same(first, _clients.ClientOf(Server, email: null));

        AtomicFile.Write(TrustFile, "no certificate");
        Assert.Equal(LetsEncryptProblems.TrustFileInvalid, Assert.Throws<ProblemException>(() => _clients.ClientOf(Server, email: null)).Problem.Code);

        AtomicFile.Write(TrustFile, Root());
        Assert.NotSame(first, _clients.ClientOf(Server, email: null));
    }

    [Fact]
    public async Task knows_the_account_at_a_directory_without_a_path()
    {
        var accounts = new AccountFiles(_room.Store);
        var (you, account) = (EmailAddress.Parse("you@example.com"), new StoredAccount { KeyPem = Key(), Url = "https://acme.example/account/1" });
        var identity = new AccountIdentity(Server.OriginalString, you.Text);
        await accounts.SaveAsync(identity, account, CancellationToken.None);
        Assert.Equal(account.Url, await _clients.AccountUrlOfAsync(Server, you, CancellationToken.None));

        await accounts.SaveAsync(identity, account with { IsDeactivated = true }, CancellationToken.None);
        Assert.Null(await _clients.AccountUrlOfAsync(Server, you, CancellationToken.None));
    }

    private static string Key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static string Root()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = new CertificateRequest("CN=root", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return root.ExportCertificatePem();
    }
}
