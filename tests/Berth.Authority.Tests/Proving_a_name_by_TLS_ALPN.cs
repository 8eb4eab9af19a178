using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

/// <summary>RFC 8737 §3; for addresses RFC 8738 §6.</summary>
public sealed class Proving_a_name_by_TLS_ALPN : WithAuthority
{
    private const string AcmeIdentifier = "1.3.6.1.5.5.7.1.31";
    private const string Name = "alpn.localhost";
    private readonly TlsAlpnHost _host = new();

    private protected override AuthorityOptions Change(AuthorityOptions options) => options with { HttpsPort = _host.Port };

    [Theory]
    [InlineData(Name, Name)]
    [InlineData("127.0.0.1", "1.0.0.127.in-addr.arpa")]
    public async Task takes_a_self_signed_certificate_with_the_name_alone_and_the_digest(string name, string serverName)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var order = await TryAsync(client, name, digest => Certificate(digest, [name]));

        Assert.True(order.Status == "ready", order.Error?.Detail);
        Assert.Equal(serverName, _host.ServerName);
        Assert.Equal(0, _host.BytesAfter);
    }

    [Fact]
    public async Task compares_the_name_without_case()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        Assert.Equal("ready", (await TryAsync(client, Name, digest => Certificate(digest, ["ALPN.localhost"]))).Status);
    }

    [Fact]
    public async Task refuses_a_digest_of_another_challenge()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        Refuses("is not the digest", await TryAsync(client, Name, digest => Certificate(SHA256.HashData(digest), [Name])));
    }

    [Fact]
    public async Task refuses_an_extension_that_is_not_critical_or_not_32_octets_of_OCTET_STRING()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        Refuses("not critical", await TryAsync(client, Name, digest => Certificate(digest, [Name], isCritical: false)));
        Refuses("is not the digest", await TryAsync(client, Name, digest => Certificate(digest[..31], [Name])));
        Refuses("cannot be read", await TryAsync(client, Name, digest => Certificate(digest, [Name], wrap: bare => bare)));
        Refuses("no acmeIdentifier", await TryAsync(client, Name, digest => Certificate(null, [Name])));
    }

    [Fact]
    public async Task refuses_any_other_name_beside_it()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        Refuses("alone", await TryAsync(client, Name, digest => Certificate(digest, [Name, "b.localhost"])));
        Refuses("alone", await TryAsync(client, Name, digest => Certificate(digest, ["b.localhost"])));
        Refuses("alone", await TryAsync(client, Name, digest => Certificate(digest, ["127.0.0.1"])));
        Refuses("alone", await TryAsync(client, "127.0.0.1", digest => Certificate(digest, ["1.0.0.127.in-addr.arpa"])));
        Refuses("no subjectAltName", await TryAsync(client, Name, digest => Certificate(digest, [])));
    }

    [Fact]
    public async Task refuses_a_certificate_that_somebody_else_has_signed()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issuer = new CertificateRequest("CN=Other", issuerKey, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddDays(-9), Now.AddDays(9));

        Refuses("not self-signed", await TryAsync(client, Name, digest => Certificate(digest, [Name], issuer: issuer.SubjectName, signer: issuerKey)));
        Refuses("not by its own key", await TryAsync(client, Name, digest => Certificate(digest, [Name], signer: issuerKey)));
    }

    [Fact]
    public async Task says_that_nobody_speaks_TLS_there()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        await Authority.RestartAsync(options => options with { HttpsPort = Host.Port });

        var order = await TryAsync(client, Name, digest => Certificate(digest, [Name]));

        Assert.Equal(AcmeError.Tls, order.Error!.Type);
    }

    [Fact]
    public async Task wants_acme_tls_1_chosen()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var web = new TlsAlpnHost("http/1.1");
        await Authority.RestartAsync(options => options with { HttpsPort = web.Port });

        var order = await TryAsync(client, Name, digest => web.Certificate = Certificate(digest, [Name]));

        Assert.Equal("invalid", order.Status);
        Assert.Contains("acme-tls/1", order.Error!.Detail, StringComparison.Ordinal);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static void Refuses(string why, Order order)
    {
        Assert.Equal(("invalid", AcmeError.Unauthorized), (order.Status, order.Error!.Type));
        Assert.Contains(why, order.Error.Detail, StringComparison.Ordinal);
    }

    private async Task<Order> TryAsync(AcmeTestClient client, string name, Func<byte[], X509Certificate2> answer)
    {
        var (url, order) = await client.OrderAsync(name);
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0], ChallengeType.TlsAlpn01);
        _host.Certificate = answer(KeyAuthorization.Digest(KeyAuthorization.Of(challenge.Token!, client.Key.Thumbprint)));
        await client.PostAsync(challenge.Url, "{}");
        return await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "pending");
    }

    private static X509Certificate2 Certificate(
        byte[]? digest, string[] names, bool isCritical = true, Func<byte[], byte[]>? wrap = null, X500DistinguishedName? issuer = null,
        ECDsa? signer = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=challenge", key, HashAlgorithmName.SHA256);
        if (digest is not null)
        {
            var value = wrap is null ? [0x04, (byte)digest.Length, .. digest] : wrap(digest);
            request.CertificateExtensions.Add(new X509Extension(AcmeIdentifier, value, isCritical));
        }

        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
                continue;
            }

            alternatives.AddDnsName(name);
        }

        if (names.Length > 0)
        {
            request.CertificateExtensions.Add(alternatives.Build());
        }

        using var bare = request.Create(
            issuer ?? request.SubjectName, X509SignatureGenerator.CreateForECDsa(signer ?? key), Now.AddDays(-1), Now.AddDays(1), [1]);
        using var whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }
}
