using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Edge.Tests.Support;

namespace Berth.Edge.Tests;

public sealed class Answering_a_tls_challenge : IDisposable
{
    private const string Name = "app.example";
    private const string Reverse = "4.3.2.1.in-addr.arpa";
    private readonly List<X509Certificate2> _certificates = [];

    [Theory]
    [InlineData("app.example", "app.example")]
    [InlineData("app.example", "App.EXAMPLE")]
    [InlineData("stranger.example", "stranger.example")]
    [InlineData(Reverse, Reverse)]
    public async Task shows_its_certificate_to_who_offers_acme_alone(string challenged, string asked)
    {
        await using var edge = await StartAsync();
        edge.Server.Update(snapshot => snapshot.WithTlsChallenge(ChallengeFor(challenged)));

        var said = await AskAsync(edge, asked, "acme-tls/1");

        Assert.Contains("ALPN protocol: acme-tls/1", said, StringComparison.Ordinal);
        Assert.Contains("CN=ACME challenge", said.Replace(" = ", "=", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http/1.1")]
    [InlineData("h2")]
    [InlineData("h2,acme-tls/1")]
    [InlineData("acme-tls/1,h2")]
    [InlineData(null)]
    public async Task shows_a_visitor_his_own_certificate_meanwhile(string? protocols)
    {
        await using var edge = await StartAsync();
        edge.Server.Update(snapshot => snapshot.WithTlsChallenge(ChallengeFor(Name)));

        var said = await AskAsync(edge, Name, protocols);

        Assert.Contains("CN=app.example", said.Replace(" = ", "=", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("ALPN protocol: acme-tls/1", said, StringComparison.Ordinal);
        using var client = edge.Client();
        Assert.Equal("200 alive", await client.ShowAsync($"https://{Name}/"));
    }

    [Theory]
    [InlineData("other.example")]
    [InlineData(null)]
    public async Task shows_nobody_the_challenge_of_another_name(string? asked)
    {
        await using var edge = await StartAsync();
        edge.Server.Update(snapshot => snapshot.WithTlsChallenge(ChallengeFor(Name)));

        var said = await AskAsync(edge, asked, "acme-tls/1");

        Assert.DoesNotContain("ACME challenge", said, StringComparison.Ordinal);
        Assert.Contains("alert", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ends_with_the_challenge()
    {
        await using var edge = await StartAsync();
        var (first, second) = (ChallengeFor(Name), ChallengeFor(Name));
        edge.Server.Update(snapshot => snapshot.WithTlsChallenge(first).WithTlsChallenge(second).WithoutTlsChallenge(first));
        Assert.Contains("ALPN protocol: acme-tls/1", await AskAsync(edge, Name, "acme-tls/1"), StringComparison.Ordinal);

        edge.Server.Update(snapshot => snapshot.WithoutTlsChallenge(second));

        Assert.DoesNotContain("ACME challenge", await AskAsync(edge, Name, "acme-tls/1"), StringComparison.Ordinal);
        Assert.Empty(edge.Server.Snapshot.TlsChallenges);
    }

    [Fact]
    public async Task closes_after_the_handshake_and_takes_no_request()
    {
        await using var edge = await StartAsync();
        edge.Server.Update(snapshot => snapshot.WithTlsChallenge(ChallengeFor(Name)));
        await using var tls = await HandshakeAsync(await edge.ConnectAsync(https: true, Cancel), "acme-tls/1");

        var answer = await tls.ReadToCloseAsync();

        Assert.Equal("", answer);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(100)]
    public async Task reads_a_hello_in_pieces_of_any_size(int size)
    {
        await using var edge = await StartAsync();
        edge.Server.Update(snapshot => snapshot.WithTlsChallenge(ChallengeFor(Name)));
        foreach (var (protocol, seen) in new[] { ("acme-tls/1", "CN=ACME challenge"), ("http/1.1", "CN=app.example") })
        {
            await using var tls = await HandshakeAsync(new PiecewiseStream(await edge.ConnectAsync(https: true, Cancel), size), protocol);
            Assert.Equal(seen, tls.RemoteCertificate!.Subject);
        }
    }

    [Theory]
    [InlineData("\x16\x03\x01")]
    [InlineData("\x16\x03\x01\x40\x00\x01\x00\x3f\xfc")]
    [InlineData("\x16\x03\x01\x00\x01\x01")]
    [InlineData("")]
    public async Task waits_for_a_hello_no_longer_than_a_handshake_may_take(string start)
    {
        await using var edge = await StartAsync(TestEdge.Loopback with { HandshakeTimeout = TimeSpan.FromMilliseconds(300) });
        edge.Server.Update(snapshot => snapshot.WithTlsChallenge(ChallengeFor(Name)));

        Assert.Equal("", await edge.RawAsync(start, https: true));

        Assert.Contains("ALPN protocol: acme-tls/1", await AskAsync(edge, Name, "acme-tls/1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task leaves_what_is_no_hello_to_whom_it_was_left_before()
    {
        await using var edge = await StartAsync();
        var noise = new[] { "GET / HTTP/1.1\r\n\r\n", new string('\0', 70_000), "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", "\x16\x03\x01\x00\x00", "\x15\x03\x01\x00\x02\x01\x00" };
        var before = new List<string>();
        foreach (var text in noise)
        {
            before.Add(await edge.RawAsync(text, https: true));
        }

        edge.Server.Update(snapshot => snapshot.WithTlsChallenge(ChallengeFor(Name)));

        foreach (var (text, answer) in noise.Zip(before))
        {
            Assert.Equal(answer, await edge.RawAsync(text, https: true));
        }
    }

    public void Dispose() => _certificates.ForEach(certificate => certificate.Dispose());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<TestEdge> StartAsync(EdgeOptions? options = null)
    {
        var edge = await TestEdge.StartAsync(options);
        edge.Host(Name, edge.Issuer.Certificate(Name), await edge.RunAsync(Backend.SayingAsync("alive")));
        return edge;
    }

    private static Task<string> AskAsync(TestEdge edge, string? serverName, string? protocols) => Tool.RunAsync(
        "openssl",
        [
            "s_client", "-connect", $"127.0.0.1:{edge.Server.HttpsPort.ToString(CultureInfo.InvariantCulture)}",
            .. serverName is null ? ["-noservername"] : (string[])["-servername", serverName],
            .. protocols is null ? [] : (string[])["-alpn", protocols],
        ]);

    private static async Task<SslStream> HandshakeAsync(Stream stream, string protocol)
    {
        var tls = new SslStream(stream, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = Name,
                ApplicationProtocols = [new SslApplicationProtocol(protocol)],
                EnabledSslProtocols = SslProtocols.Tls13,
            },
            Cancel);
        return tls;
    }

    private EdgeTlsChallenge ChallengeFor(string serverName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ACME challenge", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        _certificates.Add(request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1)));
        return new EdgeTlsChallenge(serverName, _certificates[^1]);
    }
}
