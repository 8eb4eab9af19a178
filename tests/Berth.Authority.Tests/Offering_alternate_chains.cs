using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §7.4.2.</summary>
public sealed class Offering_alternate_chains : WithAuthority
{
    [Fact]
    public async Task links_each_chain_to_the_others_all_with_the_same_leaf()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var other = CrossSign();
        await Authority.RestartAsync();
        await client.IssueAsync(key, Host, "a.localhost");
        var order = await client.ReadAsync(
            (await client.ReadAsync(client.Kid + "/orders", AcmeJson.Default.OrderList)).Orders.Single(), AcmeJson.Default.Order);

        var first = await client.PostAsync(order.Certificate!);
        var alternate = first.Links.Single(link => link.Relation == "alternate").Target;
        var second = await client.PostAsync(alternate);

        Assert.Equal(order.Certificate, second.Links.Single(link => link.Relation == "alternate").Target);
        Assert.Equal("application/pem-certificate-chain", second.ContentType);
        Assert.Equal(Leaf(first.Body), Leaf(second.Body));
        Assert.NotEqual(first.Body, second.Body);
        Kernel.AtomicFile.Write(Authority["leaf.pem"], second.Body);
        await ExternalProgram.SucceedAsync(
            "openssl", ["verify", "-x509_strict", "-CAfile", other, "-untrusted", Authority["leaf.pem"], Authority["leaf.pem"]]);
        (await client.PostAsync(order.Certificate + ".2")).Refuses(AcmeError.Malformed, 404);
        (await client.PostAsync(order.Certificate + ".x")).Refuses(AcmeError.Malformed, 404);
    }

    // Another root vouches for the same intermediate: its file beside the intermediate's is all it takes.
    private string CrossSign()
    {
        var keys = Path.Combine(Authority.Options.DataFolder, "keys");
        using var intermediate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(keys, "intermediate-1.pem"));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var rootRequest = new CertificateRequest("CN=Other Root", rootKey, HashAlgorithmName.SHA384);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        rootRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        rootRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(rootRequest.PublicKey, false));
        using var root = rootRequest.CreateSelfSigned(intermediate.NotBefore.AddMinutes(-1), intermediate.NotAfter);
        var request = new CertificateRequest(intermediate.SubjectName, intermediate.PublicKey, HashAlgorithmName.SHA384);
        foreach (var extension in intermediate.Extensions.Where(extension => extension is not X509AuthorityKeyIdentifierExtension))
        {
            request.CertificateExtensions.Add(extension);
        }

        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        using var cross = request.Create(
            root.SubjectName, X509SignatureGenerator.CreateForECDsa(rootKey), intermediate.NotBefore, intermediate.NotAfter, [7]);
        Kernel.AtomicFile.Write(Path.Combine(keys, "intermediate-1.alternate-1.pem"), cross.ExportCertificatePem());
        Kernel.AtomicFile.Write(Authority["other-root.pem"], root.ExportCertificatePem());
        return Authority["other-root.pem"];
    }

    private static string Leaf(string pem) => pem[..(pem.IndexOf("-----END", StringComparison.Ordinal) + 25)];
}
