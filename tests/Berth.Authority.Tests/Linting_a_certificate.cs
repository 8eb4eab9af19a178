using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority.Signing;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Authority.Tests;

public sealed class Linting_a_certificate : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Hierarchy _hierarchy;
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public Linting_a_certificate() => _hierarchy = Hierarchy.Open(new HierarchyFolder(_scratch["keys"]), TimeSpan.FromDays(90), TimeProvider.System);

    public void Dispose()
    {
        _hierarchy.Dispose();
        _key.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void lets_a_good_one_through() => Lint(_ => { });

    [Fact]
    public void looks_at_what_is_signed_to_the_byte_and_writes_it_as_others_do()
    {
        var issuer = _hierarchy.Current;
        var request = new CertificateRequest(new X500DistinguishedName("CN=a.example"), new PublicKey(_key), issuer.Key.Hash);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("a.example");
        CertificateProfile.AsServer(request, names.Build(critical: true));
        foreach (var end in new[] { _now.AddDays(30), new DateTimeOffset(2049, 12, 31, 23, 59, 59, TimeSpan.Zero), new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.Zero) })
        {
            byte[] serial = [0x80, .. SerialNumber.Next()];
            var signed = Draft.Of(request, issuer.Certificate.SubjectName, issuer.Key, _now, end, serial).Sign();
            using var same = request.Create(issuer.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), _now, end, serial);

            Assert.Equal(Content(same.RawData), Content(signed));
            using var read = X509CertificateLoader.LoadCertificate(signed);
            Assert.Equal(same.NotAfter, read.NotAfter);
        }
    }

    private static byte[] Content(byte[] certificate) =>
        new System.Formats.Asn1.AsnReader(certificate, System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().ToArray();

    [Fact]
    public void refuses_a_name_that_was_not_proven() => Refuses("the names that were proven", _ => { }, name: "b.example");

    [Fact]
    public void refuses_a_name_with_an_underscore() => Refuses("well formed", _ => { }, name: "a_b.example", proven: "a_b.example");

    [Fact]
    public void refuses_an_authority() => Refuses("no authority", request => Replace(request, new X509BasicConstraintsExtension(true, false, 0, true)));

    [Fact]
    public void refuses_a_use_that_is_not_a_servers() => Refuses("for servers", request =>
        Replace(request, new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.3")], false)));

    [Fact]
    public void refuses_a_key_use_too_many() => Refuses("its key signs", request =>
        Replace(request, new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, true)));

    [Fact]
    public void refuses_wrong_criticality() => Refuses("as critical", request => Replace(request, new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], true)));

    [Fact]
    public void refuses_an_unknown_extension() => Refuses("is known", request => request.CertificateExtensions.Add(new X509Extension("1.2.3.4", [5, 0], false)));

    [Fact]
    public void refuses_a_long_one() => Refuses("no longer", _ => { }, days: 91);

    [Fact]
    public void refuses_one_that_outlives_its_issuer() => Refuses("issuer's time", _ => { }, days: 6 * 365);

    [Fact]
    public void refuses_a_small_serial() => Refuses("64 bits", _ => { }, serial: [1, 2, 3]);

    [Fact]
    public void refuses_the_issuers_own_key() => Refuses("not the issuer's", _ => { }, key: _hierarchy.Current.Key.PublicKey);

    [Fact]
    public void refuses_a_weak_key()
    {
        using var weak = RSA.Create(1024);
        Refuses("strong", _ => { }, key: new PublicKey(weak));
    }

    [Fact]
    public void refuses_a_missing_address_where_lists_are_published() => Refuses("its CRL", _ => { }, published: true);

    private void Refuses(
        string rule, Action<CertificateRequest> change, string name = "a.example", string proven = "a.example", int days = 30, byte[]? serial = null,
        PublicKey? key = null, bool published = false)
    {
        var refused = Assert.Throws<ProblemException>(() => Lint(change, name, proven, days, serial, key, published));
        Assert.Equal(AuthorityProblems.CertificateLinted, refused.Problem.Code);
        Assert.Contains(refused.Problem.Details, line => line.Contains(rule, StringComparison.Ordinal));
    }

    private void Lint(
        Action<CertificateRequest> change, string name = "a.example", string proven = "a.example", int days = 30, byte[]? serial = null,
        PublicKey? key = null, bool published = false)
    {
        var issuer = _hierarchy.Current;
        var request = new CertificateRequest(new X500DistinguishedName([0x30, 0x00]), key ?? new PublicKey(_key), issuer.Key.Hash);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        CertificateProfile.AsServer(request, names.Build(critical: true));
        request.CertificateExtensions.Add(issuer.AuthorityKeyIdentifier);
        change(request);
        var draft = Draft.Of(request, issuer.Certificate.SubjectName, issuer.Key, _now, _now.AddDays(days), serial ?? SerialNumber.Next());
        CertificateLint.RefuseFaults(draft.Unsigned, new LintContext
        {
            Issuer = issuer,
            Names = [proven],
            LongestLifetime = TimeSpan.FromDays(90),
            IsPublished = published,
        });
    }

    private static void Replace(CertificateRequest request, X509Extension extension)
    {
        request.CertificateExtensions.Remove(request.CertificateExtensions.Single(found => found.Oid!.Value == extension.Oid!.Value));
        request.CertificateExtensions.Add(extension);
    }
}
