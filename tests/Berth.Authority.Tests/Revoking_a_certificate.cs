using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §7.6.</summary>
public sealed class Revoking_a_certificate : WithAuthority
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public async Task is_for_the_account_that_ordered_it_and_shows_in_the_CRL()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, pem) = await client.IssueAsync(_key, Host, "a.localhost");
        var (file, chain) = Files(pem);
        await OpenSsl.VerifyAsync(Authority, file, chain);

        Assert.Equal(200, (await client.RevokeAsync(leaf, reason: 4)).Status);

        Assert.Contains("certificate revoked", await OpenSsl.VerifyFailingAsync(Authority, file, chain), StringComparison.Ordinal);
        (await client.RevokeAsync(leaf)).Refuses(AcmeError.AlreadyRevoked, 400);
        using var http = new HttpClient();
        var crl = Authority["list.crl"];
        await File.WriteAllBytesAsync(crl, await http.GetByteArrayAsync(new Uri(Authority.Server.HttpBase!, "crl/1.crl")));
        var text = await ExternalProgram.SucceedAsync("openssl", ["crl", "-inform", "DER", "-in", crl, "-noout", "-text"]);
        Assert.Contains(leaf.SerialNumber, text.Replace(":", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("Superseded", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task is_for_whoever_has_the_certificates_key()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var stranger = await AcmeTestClient.ConnectAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost");

        (await stranger.RevokeAsync(leaf)).Refuses(AcmeError.Unauthorized, 403);
        stranger.Key = JwsSigningKey.FromPem(_key.ExportPkcs8PrivateKeyPem());
        Assert.Equal(200, (await stranger.RevokeAsync(leaf, reason: 1)).Status);
    }

    [Fact]
    public async Task is_for_another_account_once_it_has_proven_every_name()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var other = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost", "b.localhost");
        await ProveAsync(other, "a.localhost");
        (await other.RevokeAsync(leaf)).Refuses(AcmeError.Unauthorized, 403);

        await ProveAsync(other, "b.localhost");

        Assert.Equal(200, (await other.RevokeAsync(leaf)).Status);
    }

    [Fact]
    public async Task is_for_another_account_that_has_proven_the_wildcard_and_the_address_as_well()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var other = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost", "127.0.0.1");
        await ProveAsync(other, "a.localhost");
        (await other.RevokeAsync(leaf)).Refuses(AcmeError.Unauthorized, 403);

        await ProveAsync(other, "127.0.0.1");

        Assert.Equal(200, (await other.RevokeAsync(leaf)).Status);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(99)]
    public async Task takes_only_reasons_for_subscribers(int reason)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost");

        (await client.RevokeAsync(leaf, reason)).Refuses(AcmeError.BadRevocationReason, 400);
    }

    [Fact]
    public async Task knows_its_own_certificates_byte_for_byte()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost");
        var request = new CertificateRequest("", _key, HashAlgorithmName.SHA256);
        using var forged = request.Create(
            leaf.IssuerName, X509SignatureGenerator.CreateForECDsa(_key), leaf.NotBefore, leaf.NotAfter, leaf.SerialNumberBytes.Span);

        (await client.RevokeAsync(forged)).Refuses(AcmeError.Malformed, 404);
        (await client.RevokeAsync(Authority.Server.Root)).Refuses(AcmeError.Malformed, 404);
        (await client.PostAsync(client.Directory.RevokeCert!, """{"certificate":"AAAA"}""")).Refuses(AcmeError.Malformed, 400);
        (await client.PostAsync(client.Directory.RevokeCert!, "{}")).Refuses(AcmeError.Malformed, 400);
    }

    [Fact]
    public async Task certifies_a_compromised_key_never_again()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost");
        await client.RevokeAsync(leaf, reason: 1);
        var (_, order) = await client.OrderAsync("a.localhost");

        (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(_key, "a.localhost"))).Refuses(AcmeError.BadCsr, 400);
    }

    private async Task ProveAsync(AcmeTestClient client, string name)
    {
        var (url, order) = await client.OrderAsync(name);
        Assert.Equal("ready", (await client.ProveAsync(url, order, Host)).Status);
    }

    private (string Leaf, string Chain) Files(string pem)
    {
        var (leaf, chain) = (Authority["leaf.pem"], Authority["chain.pem"]);
        Kernel.AtomicFile.Write(leaf, pem);
        Kernel.AtomicFile.Write(chain, pem[(pem.IndexOf("-----END", StringComparison.Ordinal) + 26)..]);
        return (leaf, chain);
    }
}
