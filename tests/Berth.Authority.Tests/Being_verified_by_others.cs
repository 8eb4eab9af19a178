using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>Certificates and CRLs as OpenSSL, GnuTLS, NSS, Java and Go see them.</summary>
public sealed class Being_verified_by_others : WithAuthority
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private string _leaf = "";
    private string _chain = "";

    private string Root => Authority.Server.RootPath;

    [Fact]
    public async Task holds_for_OpenSSL_with_the_shard_a_certificate_points_to()
    {
        var (good, bad) = await IssueTwoAsync();
        foreach (var (leaf, status) in new[] { (good, 0), (bad, 2) })
        {
            WriteLeaf(leaf);
            var crl = await ShardAsync(leaf);
            await ExternalProgram.SucceedAsync("openssl", ["crl", "-inform", "DER", "-in", crl, "-out", crl + ".pem"]);
            var result = await ExternalProgram.RunAsync("openssl",
                ["verify", "-x509_strict", "-crl_check", "-CRLfile", crl + ".pem", "-purpose", "sslserver", "-CAfile", Root, "-untrusted", _chain, _leaf]);
            Assert.True(result.Status == status, result.ToString());
            var text = await ExternalProgram.SucceedAsync("openssl", ["crl", "-in", crl + ".pem", "-noout", "-text"]);
            Assert.Matches(@"Issuing Distribution Point: critical", text);
        }
    }

    [Fact]
    public async Task holds_for_GnuTLS()
    {
        var (good, bad) = await IssueTwoAsync();
        var crl = await FetchAsync("crl/1.crl");
        await ExternalProgram.SucceedAsync("openssl", ["crl", "-inform", "DER", "-in", crl, "-out", crl + ".pem"]);
        foreach (var (leaf, fits) in new[] { (good, true), (bad, false) })
        {
            WriteLeaf(leaf);
            AtomicFile.Write(Authority["both.pem"], await File.ReadAllTextAsync(_leaf) + await File.ReadAllTextAsync(_chain));
            var result = await ExternalProgram.RunAsync("certtool",
                ["--verify", "--load-ca-certificate", Root, "--load-crl", crl + ".pem", "--verify-hostname", "a.localhost", "--verify-purpose", "1.3.6.1.5.5.7.3.1", "--infile", Authority["both.pem"]]);
            Assert.True(result.Status == 0 == fits, result.ToString());
        }

        Assert.Contains("Revoked certificates (1)", await ExternalProgram.SucceedAsync("certtool", ["--crl-info", "--infile", crl + ".pem"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task holds_for_NSS()
    {
        var (good, bad) = await IssueTwoAsync();
        var database = Authority["nss"];
        Directory.CreateDirectory(database);
        await ExternalProgram.SucceedAsync("certutil", ["-N", "-d", "sql:" + database, "--empty-password"]);
        WriteLeaf(good);
        await ExternalProgram.SucceedAsync("certutil", ["-A", "-d", "sql:" + database, "-n", "root", "-t", "C,,", "-i", Root]);
        await ExternalProgram.SucceedAsync("certutil", ["-A", "-d", "sql:" + database, "-n", "issuer", "-t", ",,", "-i", _chain]);
        await ExternalProgram.SucceedAsync("certutil", ["-A", "-d", "sql:" + database, "-n", "good", "-t", ",,", "-i", _leaf]);
        WriteLeaf(bad);
        await ExternalProgram.SucceedAsync("certutil", ["-A", "-d", "sql:" + database, "-n", "bad", "-t", ",,", "-i", _leaf]);
        Assert.Contains("certificate is valid", await ExternalProgram.SucceedAsync("certutil", ["-V", "-d", "sql:" + database, "-n", "good", "-u", "V"]), StringComparison.Ordinal);

        await ExternalProgram.SucceedAsync("crlutil", ["-I", "-d", "sql:" + database, "-i", await FetchAsync("crl/1.crl")]);

        Assert.Contains("certificate is valid", await ExternalProgram.SucceedAsync("certutil", ["-V", "-d", "sql:" + database, "-n", "good", "-u", "V", "-e"]), StringComparison.Ordinal);
        var refused = await ExternalProgram.RunAsync("certutil", ["-V", "-d", "sql:" + database, "-n", "bad", "-u", "V", "-e"]);
        Assert.Contains("revoked", refused.Output + refused.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task holds_for_Java()
    {
        var (good, bad) = await IssueTwoAsync();
        AtomicFile.Write(Authority["Check.java"],
            """
            import java.io.*; import java.security.cert.*; import java.util.*;
            public class Check {
                static Certificate read(CertificateFactory f, String p) throws Exception { try (var in = new FileInputStream(p)) { return f.generateCertificate(in); } }
                public static void main(String[] a) throws Exception {
                    var f = CertificateFactory.getInstance("X.509");
                    var path = f.generateCertPath(List.of(read(f, a[1]), read(f, a[2])));
                    var p = new PKIXParameters(Set.of(new TrustAnchor((X509Certificate) read(f, a[0]), null)));
                    var crls = new ArrayList<CRL>();
                    try (var in = new FileInputStream(a[3])) { crls.add(f.generateCRL(in)); }
                    p.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
                    var v = CertPathValidator.getInstance("PKIX");
                    var r = (PKIXRevocationChecker) v.getRevocationChecker();
                    r.setOptions(EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.ONLY_END_ENTITY, PKIXRevocationChecker.Option.NO_FALLBACK));
                    p.addCertPathChecker(r);
                    v.validate(path, p);
                    System.out.println("valid");
                }
            }
            """);
        foreach (var (leaf, fits) in new[] { (good, true), (bad, false) })
        {
            WriteLeaf(leaf);
            foreach (var crl in new[] { await FetchAsync("crl/1.crl"), await ShardAsync(leaf) })
            {
                var result = await ExternalProgram.RunAsync("java", [Authority["Check.java"], Root, _leaf, _chain, crl]);
                Assert.True(result.Output.Contains("valid", StringComparison.Ordinal) == fits, result.ToString());
                Assert.True(fits || result.Error.Contains("revoked", StringComparison.OrdinalIgnoreCase), result.ToString());
            }
        }
    }

    [Fact]
    public async Task holds_for_Go()
    {
        var (good, bad) = await IssueTwoAsync();
        AtomicFile.Write(Authority["check.go"],
            """
            package main

            import ("crypto/x509"; "encoding/pem"; "fmt"; "os"; "time")

            func must(err error) { if err != nil { fmt.Fprintln(os.Stderr, err); os.Exit(1) } }

            func read(path string) *x509.Certificate {
                text, err := os.ReadFile(path)
                must(err)
                block, _ := pem.Decode(text)
                found, err := x509.ParseCertificate(block.Bytes)
                must(err)
                return found
            }

            func main() {
                root, leaf, issuer := read(os.Args[1]), read(os.Args[2]), read(os.Args[3])
                roots, between := x509.NewCertPool(), x509.NewCertPool()
                roots.AddCert(root)
                between.AddCert(issuer)
                _, err := leaf.Verify(x509.VerifyOptions{DNSName: "a.localhost", Roots: roots, Intermediates: between})
                must(err)
                der, err := os.ReadFile(os.Args[4])
                must(err)
                list, err := x509.ParseRevocationList(der)
                must(err)
                must(list.CheckSignatureFrom(issuer))
                if now := time.Now(); now.Before(list.ThisUpdate) || now.After(list.NextUpdate) { must(fmt.Errorf("not of now")) }
                for _, revoked := range list.RevokedCertificates {
                    if revoked.SerialNumber.Cmp(leaf.SerialNumber) == 0 { fmt.Println("revoked"); return }
                }
                fmt.Println("valid")
            }
            """);
        await ExternalProgram.SucceedAsync("go", ["build", "-o", Authority["check"], Authority["check.go"]], new Dictionary<string, string?>
        {
            ["GOCACHE"] = Authority["go-cache"],
            ["GOPATH"] = Authority["go"],
            ["GOPROXY"] = "off",
        });
        foreach (var (leaf, finding) in new[] { (good, "valid\n"), (bad, "revoked\n") })
        {
            WriteLeaf(leaf);
            foreach (var crl in new[] { await FetchAsync("crl/1.crl"), await ShardAsync(leaf) })
            {
                Assert.Equal(finding, await ExternalProgram.SucceedAsync(Authority["check"], [Root, _leaf, _chain, crl]));
            }
        }
    }

    private async Task<(X509Certificate2 Good, X509Certificate2 Bad)> IssueTwoAsync()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (good, pem) = await client.IssueAsync(_key, Host, "a.localhost");
        var (bad, _) = await client.IssueAsync(_key, Host, "a.localhost");
        Assert.Equal(200, (await client.RevokeAsync(bad, 4)).Status);
        _chain = Authority["chain.pem"];
        _leaf = Authority["leaf.pem"];
        AtomicFile.Write(_chain, pem[(pem.IndexOf("END CERTIFICATE-----", StringComparison.Ordinal) + 21)..]);
        return (good, bad);
    }

    private void WriteLeaf(X509Certificate2 leaf) => AtomicFile.Write(_leaf, leaf.ExportCertificatePem() + "\n");

    private Task<string> ShardAsync(X509Certificate2 leaf) => FetchAsync($"crl/1/{leaf.SerialNumber[^1..].ToLowerInvariant()}.crl");

    private async Task<string> FetchAsync(string path)
    {
        using var http = new HttpClient();
        var file = Authority[$"{Guid.NewGuid():N}.crl"];
        AtomicFile.Write(file, await http.GetByteArrayAsync(new Uri(Authority.Server.HttpBase!, path)));
        return file;
    }
}
