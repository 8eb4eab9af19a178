using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

/// <summary>RFC 8738.</summary>
public sealed class Proving_an_address : WithAuthority
{
    [Fact]
    public async Task goes_to_the_address_itself_and_ends_in_a_certificate_with_an_iPAddress()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string? asked = null;
        var (url, order) = await client.OrderAsync("127.0.0.1", "a.localhost");
        Assert.Contains(new Identifier("ip", "127.0.0.1"), order.Identifiers);
        Host.Behaviour = async context =>
        {
            asked = context.Request.Host.Host == "127.0.0.1" ? context.Request.Host.Host : asked;
            var token = ((string)context.Request.Path!).Split('/')[^1];
            await context.Response.Body.WriteAsync(System.Text.Encoding.ASCII.GetBytes(KeyAuthorization.Of(token, client.Key.Thumbprint)));
        };

        var ready = await client.ProveAsync(url, order, Host);
        Assert.True(ready.Status == "ready", ready.Error?.Detail);
        await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost", "127.0.0.1"));

        var valid = await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status == "valid");
        using var leaf = X509Certificate2.CreateFromPem((await client.PostAsync(valid.Certificate!)).Body);
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["127.0.0.1"], names.EnumerateIPAddresses().Select(address => address.ToString()));
        Assert.Equal(["a.localhost"], names.EnumerateDnsNames());
        Assert.Equal("127.0.0.1", asked);
    }

    [Fact]
    public async Task has_no_DNS_challenges()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (_, order) = await client.OrderAsync("2001:db8::1");

        var authorization = await client.ReadAsync(order.Authorizations[0], AcmeJson.Default.Authorization);

        Assert.Equal(new Identifier("ip", "2001:db8::1"), authorization.Identifier);
        Assert.Equal(
            [ChallengeType.Http01, ChallengeType.TlsAlpn01], authorization.Challenges.Select(challenge => challenge.Type).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task wants_an_iPAddress_in_the_request_not_a_dNSName_that_looks_like_one()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (url, order) = await client.OrderAsync("127.0.0.1");
        Assert.Equal("ready", (await client.ProveAsync(url, order, Host)).Status);
        var request = new CertificateRequest("", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("127.0.0.1");
        request.CertificateExtensions.Add(names.Build());

        (await client.PostAsync(order.Finalize, AcmeTestClient.Finalize(request.CreateSigningRequest()))).Refuses(AcmeError.BadCsr, 400);
        (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "127.0.0.2"))).Refuses(AcmeError.BadCsr, 400);
        Assert.Equal(200, (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "127.0.0.1"))).Status);
    }

    [Theory]
    [InlineData("169.254.169.254", "link-local")]
    [InlineData("::ffff:7f00:1", null)]
    [InlineData("192.0.2.1", "documentation")]
    public async Task never_goes_to_an_address_that_is_refused(string address, string? why)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var answer = await client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor(address));
        if (why is null)
        {
            // Not as RFC 5952 writes it: read as a host name, which it is not.
            Assert.Equal(400, answer.Status);
            return;
        }

        var order = await client.ProveAsync(answer.Location!, answer.As(AcmeJson.Default.Order), Host);

        Assert.Equal(AcmeError.RejectedIdentifier, order.Error!.Type);
        Assert.Contains(why, order.Error.Detail, StringComparison.Ordinal);
    }
}
