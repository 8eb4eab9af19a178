using System.Security.Cryptography;
using Berth.Authority.Signing;
using Berth.TestKit;

namespace Berth.Authority.Tests;

public sealed class Making_certificates : WithAuthority
{
    [Fact]
    public async Task gives_a_leaf_all_that_RFC_5280_asks_for()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (leaf, pem) = await client.IssueAsync(key, Host, "a.localhost", "b.localhost");
        Kernel.AtomicFile.Write(Authority["leaf.pem"], pem);

        var text = await ExternalProgram.SucceedAsync("openssl", ["x509", "-in", Authority["leaf.pem"], "-noout", "-text"]);

        Assert.Matches(@"Subject: *\n", text);
        Assert.Matches(@"Subject Alternative Name: critical\s+DNS:a.localhost, DNS:b.localhost\n", text);
        Assert.Matches(@"Key Usage: critical\s+Digital Signature\n", text);
        Assert.Matches(@"Basic Constraints: critical\s+CA:FALSE", text);
        Assert.Matches(@"Extended Key Usage: *\s+TLS Web Server Authentication\n", text);
        Assert.Contains("Subject Key Identifier", text, StringComparison.Ordinal);
        Assert.Contains("Authority Key Identifier", text, StringComparison.Ordinal);
        Assert.Contains($"CA Issuers - URI:{Authority.Server.HttpBase}issuer/1.cer", text, StringComparison.Ordinal);
        Assert.Contains($"URI:{Authority.Server.HttpBase}crl/1/{leaf.SerialNumber[^1..].ToLowerInvariant()}.crl", text, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromDays(90) + TimeSpan.FromMinutes(1), leaf.NotAfter - leaf.NotBefore);
    }

    [Fact]
    public async Task gives_the_authorities_their_constraints()
    {
        var keys = Path.Combine(Authority.Options.DataFolder, "keys");
        var root = await ExternalProgram.SucceedAsync("openssl", ["x509", "-in", Path.Combine(keys, "root.pem"), "-noout", "-text"]);
        var intermediate = await ExternalProgram.SucceedAsync(
            "openssl", ["x509", "-in", Path.Combine(keys, "intermediate-1.pem"), "-noout", "-text"]);

        Assert.Matches(@"Basic Constraints: critical\s+CA:TRUE\n", root);
        Assert.Matches(@"Basic Constraints: critical\s+CA:TRUE, pathlen:0\n", intermediate);
        Assert.All(new[] { root, intermediate }, text => Assert.Matches(@"Key Usage: critical\s+Certificate Sign, CRL Sign\n", text));
        Assert.Contains("secp384r1", root, StringComparison.Ordinal);
        Assert.Contains("prime256v1", intermediate, StringComparison.Ordinal);
    }

    [Fact]
    public void numbers_them_positively_at_random_in_16_bytes()
    {
        var serials = Enumerable.Range(0, 1000).Select(_ => SerialNumber.Next()).ToList();

        Assert.All(serials, serial => Assert.True(serial is { Length: 16 } && serial[0] is >= 0x40 and < 0x80));
        Assert.Equal(1000, serials.Select(Convert.ToHexString).Distinct().Count());
    }
}
