using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Issuing;

namespace Berth.Acme.Tests;

public sealed class Knowing_an_issuer : IDisposable
{
    private static readonly string[] Names = ["app.example"];
    private readonly KnownIssuers _known = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TestIssuer _issuer = new();

    public void Dispose()
    {
        _issuer.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void lets_no_other_sign_in_its_name()
    {
        using var impostor = new TestIssuer();
        Check(_issuer.Sign(Request));

        var forged = impostor.Sign(Request).Replace(impostor.RootPem, _issuer.RootPem, StringComparison.Ordinal);

        Assert.Throws<CryptographicException>(() => Check(forged));
        Check(_issuer.Sign(Request));
    }

    [Fact]
    public void goes_on_past_as_many_as_are_kept_for_several_at_once() => Parallel.For(0, 60, i =>
    {
        using var other = new TestIssuer();
        var (good, forged) = (other.Sign(Request), _issuer.Sign(Request).Replace(_issuer.RootPem, other.RootPem, StringComparison.Ordinal));
        Check(good);
        Assert.Throws<CryptographicException>(() => Check(forged));
        Check(_issuer.Sign(Request));
    });

    [Fact]
    public void takes_no_key_that_cannot_be_read_the_second_time_either()
    {
        // The point is not on the curve: OpenSSL reads the certificate, and refuses its key.
        var root = X509CertificateLoader.LoadCertificate(CertificateChain.Parse(_issuer.RootPem).Leaf.Der);
        var at = root.RawData.AsSpan().IndexOf(root.GetPublicKey());
        var bytes = root.RawData;
        bytes[at + 1] ^= 1;
        var broken = _issuer.Sign(Request).Replace(_issuer.RootPem, PemEncoding.WriteString("CERTIFICATE", bytes) + "\n", StringComparison.Ordinal);

        Assert.Throws<CryptographicException>(() => Check(broken));
        Assert.Throws<CryptographicException>(() => Check(broken));
    }

    private byte[] Request => SigningRequest.Create(_key, Names);

    private void Check(string pem)
    {
        var chain = CertificateChain.Parse(pem);
        CertificateCheck.Require(chain, _key, Names, [TimeProvider.System.GetUtcNow()], _known);
    }
}
