using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Platform.Certs;
using CsCheck;

namespace Berth.Platform.Tests.Certs;

/// <summary>Certificates are read without OpenSSL; what they say is what OpenSSL reads.</summary>
public sealed class Reading_what_a_certificate_says
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly Gen<string> Words = Gen.OneOf("shop.example.com", "*.shop.example.com", "a, b=c", "Ärger", "x");

    [Fact]
    public void says_what_openssl_says() => Gen.Select(
        Gen.Byte.Array[1, 20], Words, Words, Words.Array[0, 4], Gen.Bool, Gen.Long[0, 4_000_000_000]).Sample((serial, subject, issuer, names, address, from) =>
        {
            using var made = Make(serial, subject, issuer, names, address, DateTimeOffset.FromUnixTimeSeconds(from));
            var facts = CertificateFacts.TryRead($"# hello\n{made.ExportCertificatePem()}\n")!;

            Assert.Equal(made.SerialNumber, facts.Serial);
            Assert.Equal((made.NotBefore.ToUniversalTime(), made.NotAfter.ToUniversalTime()), (facts.NotBefore.UtcDateTime, facts.NotAfter.UtcDateTime));
            Assert.Equal(made.SubjectName.RawData.AsSpan().SequenceEqual(made.IssuerName.RawData), facts.SelfIssued);
            Assert.Equal(subject, facts.CommonName);
            var extension = made.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
            Assert.Equal(
                extension is null ? [subject] : [.. extension.EnumerateDnsNames(), .. extension.EnumerateIPAddresses().Select(ip => ip.ToString())],
                facts.Names);
        });

    [Fact]
    public void passes_over_what_comes_before_and_behind()
    {
        var (leaf, issuer, key) = TestPair.Chain("shop.example.com");

        Assert.Equal("010203", CertificateFacts.TryRead(key + "\n" + leaf + issuer)!.Serial);
        Assert.Equal(["Issuer"], CertificateFacts.TryRead(issuer + leaf)!.Names);
    }

    [Fact]
    public void reads_nothing_where_nothing_is()
    {
        Assert.Null(CertificateFacts.TryRead(null));
        Assert.Null(CertificateFacts.TryRead(""));
        Assert.Null(CertificateFacts.TryRead("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"));
        Assert.Null(CertificateFacts.TryRead(Key.ExportPkcs8PrivateKeyPem()));
    }

    [Fact]
    public void survives_whatever_somebody_made_of_one()
    {
        using var made = Make([1], "shop.example.com", "x", ["shop.example.com"], true, TestPair.Now);
        Gen.Select(Gen.Int[0, made.RawData.Length - 1], Gen.Byte.Array[0, 6], Gen.Int[0, made.RawData.Length]).Sample((at, forged, length) =>
        {
            byte[] bytes = [.. made.RawData];
            forged.AsSpan(0, Math.Min(forged.Length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
            _ = CertificateFacts.TryRead(PemEncoding.WriteString("CERTIFICATE", bytes.AsSpan(0, length)));
            _ = CertificateFacts.TryRead(PemEncoding.WriteString("CERTIFICATE", bytes));
        });
    }

    private static X509Certificate2 Make(byte[] serial, string subject, string issuer, string[] names, bool address, DateTimeOffset from)
    {
        var request = new CertificateRequest(Name(subject), Key, HashAlgorithmName.SHA256);
        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            Array.ForEach([.. names.Where(name => name.All(char.IsAscii) && !name.Contains(' '))], alternatives.AddDnsName);
            alternatives.AddDnsName("last.example.com");
            if (address)
            {
                alternatives.AddIpAddress(IPAddress.IPv6Loopback);
            }

            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
            request.CertificateExtensions.Add(alternatives.Build(critical: address));
        }

        return request.Create(Name(issuer), X509SignatureGenerator.CreateForECDsa(Key), from, from.AddDays(90), serial);
    }

    private static X500DistinguishedName Name(string common)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(common);
        return name.Build();
    }
}
