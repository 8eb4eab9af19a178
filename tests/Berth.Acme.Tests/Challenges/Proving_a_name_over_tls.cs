using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Berth.Acme.Challenges;
using Berth.Acme.Protocol;

namespace Berth.Acme.Tests.Challenges;

public sealed class Proving_a_name_over_tls(PebbleFixture pebble) : IDisposable
{
    private readonly Customer _customer = new(pebble.Pebble, pebble.Challenges);

    public void Dispose() => _customer.Dispose();

    [Fact]
    public async Task satisfies_an_authority_that_looks()
    {
        var name = Customer.UniqueName();
        _customer.Solvers = [pebble.Tls];

        var issued = await _customer.IssueAsync(Customer.For(name));

        Assert.Equal([name], issued.Names);
        Assert.Contains(name, pebble.Tls.Hellos);
    }

    [Fact]
    public async Task proves_an_address_under_its_reverse_name()
    {
        _customer.Solvers = [pebble.Tls];

        var issued = await _customer.IssueAsync(new() { Names = [], Addresses = [System.Net.IPAddress.Loopback] });

        Assert.Equal(["127.0.0.1"], issued.Names);
        Assert.Contains("1.0.0.127.in-addr.arpa", pebble.Tls.Hellos);
    }

    [Fact]
    public void shows_a_certificate_for_that_name_alone_with_the_proof_in_a_critical_extension()
    {
        using var answer = TlsAlpnAnswer.Create(Task("app.example"), TimeProvider.System);

        var proof = answer.Certificate.Extensions.Single(extension => extension.Oid!.Value == "1.3.6.1.5.5.7.1.31");
        Assert.True(proof.Critical);
        Assert.Equal([0x04, 0x20, .. SHA256.HashData(Encoding.ASCII.GetBytes("token.thumb"))], proof.RawData);
        Assert.Equal(["app.example"], answer.Certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        Assert.True(answer.Certificate.HasPrivateKey);
        Assert.Equal("acme-tls/1", TlsAlpnAnswer.Protocol);
    }

    [Theory]
    [InlineData("127.0.0.1", "1.0.0.127.in-addr.arpa")]
    [InlineData("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")]
    public void names_an_address_in_reverse(string address, string name) =>
        Assert.Equal(name, ReverseName.Of(System.Net.IPAddress.Parse(address)));

    private static ChallengeTask Task(string name) => new()
    {
        Type = ChallengeType.TlsAlpn01,
        Identifier = Identifier.Dns(name),
        IsWildcard = false,
        Token = "token",
        KeyAuthorization = "token.thumb",
    };
}
