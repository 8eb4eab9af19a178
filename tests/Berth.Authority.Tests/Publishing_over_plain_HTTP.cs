using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Tests;

public sealed class Publishing_over_plain_HTTP : WithAuthority
{
    [Fact]
    public async Task serves_what_certificates_point_to()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (leaf, _) = await client.IssueAsync(key, Host, "a.localhost");
        using var http = new HttpClient();

        var access = leaf.Extensions.OfType<X509AuthorityInformationAccessExtension>().Single();
        using var issuer = X509CertificateLoader.LoadCertificate(
            await http.GetByteArrayAsync(access.EnumerateCAIssuersUris().Single()));
        using var root = X509Certificate2.CreateFromPem(
            await http.GetStringAsync(new Uri(Authority.Server.HttpBase!, "root.pem")));
        using var crl = await http.GetAsync(new Uri(Authority.Server.HttpBase!, $"crl/1/{leaf.SerialNumber[^1..].ToLowerInvariant()}.crl"));

        Assert.Equal(leaf.IssuerName.RawData, issuer.SubjectName.RawData);
        Assert.Equal(Authority.Server.Root.RawData, root.RawData);
        Assert.Equal("application/pkix-crl", crl.Content.Headers.ContentType!.MediaType);
        var points = leaf.Extensions.Single(extension => extension.Oid!.Value == "2.5.29.31").RawData;
        Assert.Contains(
            new Uri(Authority.Server.HttpBase!, $"crl/1/{leaf.SerialNumber[^1..].ToLowerInvariant()}.crl").AbsoluteUri, System.Text.Encoding.ASCII.GetString(points),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crl/2.crl")]
    [InlineData("crl/.crl")]
    [InlineData("crl/1/g.crl")]
    [InlineData("crl/1/0/0.crl")]
    [InlineData("crl/2/0.crl")]
    [InlineData("issuer/..%2F..%2Fkeys.cer")]
    [InlineData("keys/root.key")]
    [InlineData("")]
    public async Task serves_nothing_else(string path)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(Authority.Server.HttpBase!, path));

        Assert.Equal(System.Net.HttpStatusCode.NotFound, response.StatusCode);
    }
}
