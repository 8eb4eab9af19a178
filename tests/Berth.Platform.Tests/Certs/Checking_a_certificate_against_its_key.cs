using System.Security.Cryptography;
using Berth.Kernel;
using Berth.Platform.Certs;
using CsCheck;

namespace Berth.Platform.Tests.Certs;

public sealed class Checking_a_certificate_against_its_key
{
    [Fact]
    public void keeps_a_good_pair_byte_for_byte()
    {
        var (certificate, key) = TestPair.Make("shop.example");
        var pair = CertificatePair.Read("a comment\n" + certificate, key);

        Assert.Equal(("a comment\n" + certificate, key, false), (pair.ChainPem, pair.KeyPem, pair.WasReordered));
        Assert.Equal(["shop.example"], pair.Leaf.Names);
    }

    [Fact]
    public void takes_the_keys_of_all_three_notations()
    {
        using var rsa = RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=shop.example", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(TestPair.Now, TestPair.Now.AddDays(1));

        CertificatePair.Read(certificate.ExportCertificatePem(), rsa.ExportRSAPrivateKeyPem());
        CertificatePair.Read(certificate.ExportCertificatePem(), rsa.ExportPkcs8PrivateKeyPem());
    }

    [Fact]
    public void puts_the_leaf_first_and_its_issuer_behind_it()
    {
        var (leaf, issuer, key) = TestPair.Chain("shop.example");
        var pair = CertificatePair.Read(issuer + leaf, key);

        Assert.Equal(leaf + issuer, pair.ChainPem);
        Assert.Contains(pair.Warnings([], TestPair.Now), warning => warning.Contains("not in order", StringComparison.Ordinal));
        Assert.False(CertificatePair.Read(leaf + issuer, key).WasReordered);
    }

    [Fact]
    public void refuses_a_key_of_another_certificate() =>
        AssertRefused(CertificateProblems.KeyForeign, TestPair.Make("shop.example").Certificate, TestPair.Make("shop.example").Key);

    [Fact]
    public void refuses_what_is_not_what_it_should_be()
    {
        var (certificate, key) = TestPair.Make("shop.example");
        using var locked = ECDsa.Create();
        var encrypted = locked.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));

        AssertRefused(CertificateProblems.PairUnusable, "", key);
        AssertRefused(CertificateProblems.PairUnusable, key, key);
        AssertRefused(CertificateProblems.PairUnusable, certificate, "");
        AssertRefused(CertificateProblems.PairUnusable, certificate, certificate);
        AssertRefused(CertificateProblems.PairUnusable, certificate, encrypted);
        AssertRefused(CertificateProblems.PairUnusable, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", key);
        AssertRefused(CertificateProblems.PairUnusable, string.Concat(Enumerable.Repeat(certificate, 21)), key);
        AssertRefused(CertificateProblems.KeyForeign, certificate, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    }

    [Theory]
    [InlineData("1.3.6.1.5.5.7.3.2", false)]
    [InlineData("1.3.6.1.5.5.7.3.4 1.3.6.1.5.5.7.3.2", false)]
    [InlineData("1.3.6.1.5.5.7.3.2 1.3.6.1.5.5.7.3.1", true)]
    [InlineData("2.5.29.37.0", true)]
    public void refuses_a_certificate_that_is_not_for_servers(string purposes, bool serves)
    {
        var (certificate, key) = TestPair.MakeFor(purposes.Split(' '), "shop.example");
        if (serves)
        {
            CertificatePair.Read(certificate, key);
            return;
        }

        var problem = Assert.Throws<ProblemException>(() => CertificatePair.Read(certificate, key)).Problem;
        Assert.Equal(CertificateProblems.PairUnusable, problem.Code);
        Assert.Contains("it is not made for servers", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void tells_of_what_is_in_it_in_print_that_steers_nothing()
    {
        var facts = CertificateFacts.TryRead(TestPair.Make("\u001b[2J\r\nssl-verified: true\u202e").Certificate)!;

        Assert.DoesNotContain(string.Concat([facts.Subject, facts.Issuer, facts.CommonName, .. facts.Names]), c => char.IsControl(c) || c == '\u202e');
        Assert.Equal("?[2J??ssl-verified: true?", facts.CommonName);
    }

    [Fact]
    public void warns_of_names_it_does_not_cover_and_of_its_time()
    {
        var domains = new[] { DomainName.Parse("shop.example"), DomainName.Parse("www.shop.example") };
        Assert.Empty(WarningsOf(TestPair.Make("shop.example", "*.shop.example")));
        string[] WarningsOf((string Certificate, string Key) pair) => [.. CertificatePair.Read(pair.Certificate, pair.Key).Warnings(domains, TestPair.Now)];
        Assert.Contains("www.shop.example", Assert.Single(WarningsOf(TestPair.Make("shop.example"))), StringComparison.Ordinal);
        Assert.Contains(
            WarningsOf(TestPair.Make(TestPair.Now.AddDays(-9), TestPair.Now.AddDays(-1), "shop.example")),
            warning => warning.Contains("expired", StringComparison.Ordinal));
        Assert.Contains(
            WarningsOf(TestPair.Make(TestPair.Now.AddDays(1), TestPair.Now.AddDays(9), "shop.example")),
            warning => warning.Contains("valid from", StringComparison.Ordinal));
    }

    [Fact]
    public void never_fails_otherwise_than_with_a_problem()
    {
        var (certificate, key) = TestPair.Make("shop.example");
        Gen.Select(Gen.Int[0, certificate.Length], Gen.Int[0, key.Length], Gen.String).Sample((left, right, noise) =>
        {
            try
            {
                CertificatePair.Read(certificate.Insert(left, noise), key.Insert(right, noise));
            }
            catch (ProblemException e)
            {
                Assert.Contains(e.Problem.Code, (ProblemCode[])[CertificateProblems.PairUnusable, CertificateProblems.KeyForeign]);
            }
        });
    }

    private static void AssertRefused(ProblemCode code, string certificate, string key) =>
        Assert.Equal(code, Assert.Throws<ProblemException>(() => CertificatePair.Read(certificate, key)).Problem.Code);
}
