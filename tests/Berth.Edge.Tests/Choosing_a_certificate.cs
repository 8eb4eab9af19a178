using System.Security.Cryptography.X509Certificates;
using Berth.Edge.Tests.Support;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Edge.Tests;

public sealed class Choosing_a_certificate
{
    [Fact]
    public async Task takes_the_one_of_the_name_in_the_hello()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("one.example", edge.Issuer.Certificate("one.example"));
        edge.Host("two.example", edge.Issuer.Certificate("two.example"));
        edge.Host("*.three.example", edge.Issuer.Certificate("*.three.example"));

        Assert.Equal("CN=one.example", await SubjectAsync(edge, "one.example"));
        Assert.Equal("CN=two.example", await SubjectAsync(edge, "TWO.example"));
        Assert.Equal("CN=*.three.example", await SubjectAsync(edge, "a.three.example"));
    }

    [Theory]
    [InlineData("unknown.example")]
    [InlineData("deep.below.known.example")]
    [InlineData("bare.example")]
    [InlineData(null)]
    public async Task falls_back_to_a_self_signed_one_and_never_to_another_apps(string? serverName)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("known.example", edge.Issuer.Certificate("known.example", "*.known.example"));
        edge.Host("bare.example", certificate: null);

        Assert.Equal("CN=berth.invalid", await SubjectAsync(edge, serverName));
    }

    [Fact]
    public async Task sends_the_intermediates_so_that_a_client_with_only_the_root_verifies()
    {
        using var scratch = new ScratchFolder();
        await using var edge = await TestEdge.StartAsync();
        edge.Host("one.example", edge.Issuer.Certificate("one.example"), await edge.RunAsync(Backend.SayingAsync("verified")));
        AtomicFile.Write(scratch["root.pem"], edge.Issuer.RootPem);

        var answer = await Tool.RunAsync(
            "curl", "-sS", "--cacert", scratch["root.pem"], "--resolve", $"one.example:{edge.Server.HttpsPort}:127.0.0.1",
            $"https://one.example:{edge.Server.HttpsPort}/");

        Assert.Equal("verified", answer);
    }

    [Fact]
    public async Task reads_the_files_only_when_the_first_visitor_comes()
    {
        using var scratch = new ScratchFolder();
        await using var edge = await TestEdge.StartAsync();
        edge.Host("late.example", EdgeCertificate.FromFiles("1", scratch["server.crt"], scratch["server.key"]));

        var (chain, key) = edge.Issuer.Issue("late.example");
        AtomicFile.Write(scratch["server.crt"], chain);
        AtomicFile.Write(scratch["server.key"], key);

        Assert.Equal("CN=late.example", await SubjectAsync(edge, "late.example"));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("garbage")]
    [InlineData("foreign key")]
    [InlineData("huge")]
    public async Task keeps_an_unusable_one_from_hurting_anyone_but_its_own_name(string fault)
    {
        using var scratch = new ScratchFolder();
        await using var edge = await TestEdge.StartAsync();
        edge.Host("good.example", edge.Issuer.Certificate("good.example"));
        edge.Host("bad.example", Unusable(edge, scratch, fault), await edge.RunAsync(Backend.SayingAsync("bad but alive")));
        using var client = edge.Client();

        Assert.Equal("CN=berth.invalid", await SubjectAsync(edge, "bad.example"));
        Assert.Equal("CN=good.example", await SubjectAsync(edge, "good.example"));
        Assert.Equal("200 bad but alive", await client.ShowAsync("https://bad.example/"));
        var problem = Assert.Single(edge.Server.CertificateProblems);
        Assert.Equal(EdgeProblems.CertificateUnusable, problem.Code);
        Assert.Contains(scratch["server.crt"], problem.Found, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task tries_an_unusable_one_again_after_a_while()
    {
        using var scratch = new ScratchFolder();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var edge = await TestEdge.StartAsync(time: time);
        edge.Host("late.example", Unusable(edge, scratch, "missing"));
        Assert.Equal("CN=berth.invalid", await SubjectAsync(edge, "late.example"));
        var (chain, key) = edge.Issuer.Issue("late.example");
        AtomicFile.Write(scratch["server.crt"], chain);
        AtomicFile.Write(scratch["server.key"], key);

        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("CN=berth.invalid", await SubjectAsync(edge, "late.example"));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("CN=late.example", await SubjectAsync(edge, "late.example"));
        Assert.Empty(edge.Server.CertificateProblems);
    }

    [Fact]
    public async Task can_be_tried_before_it_is_published()
    {
        using var scratch = new ScratchFolder();
        await using var edge = await TestEdge.StartAsync();
        var cancel = TestContext.Current.CancellationToken;

        await edge.Server.PrepareAsync(edge.Issuer.Certificate("good.example"), cancel);
        var problem = (await Assert.ThrowsAsync<ProblemException>(
            () => edge.Server.PrepareAsync(Unusable(edge, scratch, "garbage"), cancel))).Problem;

        Assert.Equal(EdgeProblems.CertificateUnusable, problem.Code);
    }

    [Fact]
    public async Task keeps_loaded_ones_up_to_a_limit_and_lets_the_longest_unused_go()
    {
        using var scratch = new ScratchFolder();
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { LoadedCertificates = 3 });
        foreach (var name in new[] { "old.example", "used.example" })
        {
            var (chain, key) = edge.Issuer.Issue(name);
            AtomicFile.Write(scratch[$"{name}.crt"], chain);
            AtomicFile.Write(scratch[$"{name}.key"], key);
            edge.Host(name, EdgeCertificate.FromFiles("1", scratch[$"{name}.crt"], scratch[$"{name}.key"]));
            Assert.Equal($"CN={name}", await SubjectAsync(edge, name));
            File.Delete(scratch[$"{name}.crt"]);
        }

        foreach (var name in new[] { "a.example", "b.example" })
        {
            Assert.Equal("CN=used.example", await SubjectAsync(edge, "used.example"));
            edge.Host(name, edge.Issuer.Certificate(name));
            Assert.Equal($"CN={name}", await SubjectAsync(edge, name));
        }

        // Without its file, what is served still can only be what is loaded still.
        Assert.Equal("CN=used.example", await SubjectAsync(edge, "used.example"));
        Assert.Equal("CN=berth.invalid", await SubjectAsync(edge, "old.example"));
    }

    [Theory]
    [InlineData("-tls1_2", "TLSv1.2")]
    [InlineData("-tls1_3", "TLSv1.3")]
    public async Task speaks_this_version_of_tls(string version, string expected) =>
        Assert.Contains($"Protocol version: {expected}", await HelloAsync(version), StringComparison.Ordinal);

    [Theory]
    [InlineData("-tls1")]
    [InlineData("-tls1_1")]
    public async Task refuses_this_version_of_tls(string version) =>
        Assert.DoesNotContain("CONNECTION ESTABLISHED", await HelloAsync(version), StringComparison.Ordinal);

    [Theory]
    [InlineData("h2,http/1.1", "h2")]
    [InlineData("http/1.1", "http/1.1")]
    public async Task agrees_on_the_best_protocol_the_client_offers(string offered, string expected)
    {
        await using var edge = await TestEdge.StartAsync();

        var seen = await Tool.RunAsync("openssl", "s_client", "-connect", $"127.0.0.1:{edge.Server.HttpsPort}", "-alpn", offered);

        Assert.Contains($"ALPN protocol: {expected}", seen, StringComparison.Ordinal);
    }

    private static async Task<string> HelloAsync(string version)
    {
        await using var edge = await TestEdge.StartAsync();
        return await Tool.RunAsync(
            "openssl", "s_client", "-connect", $"127.0.0.1:{edge.Server.HttpsPort}", "-brief", version, "-cipher", "ALL:@SECLEVEL=0");
    }

    /// <summary>What openssl, which has no part in this program, says the server showed.</summary>
    private static async Task<string> SubjectAsync(TestEdge edge, string? serverName)
    {
        string[] name = serverName is null ? ["-noservername"] : ["-servername", serverName];
        var seen = await Tool.RunAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{edge.Server.HttpsPort}", .. name]);
        var start = seen.IndexOf("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal);
        Assert.True(start >= 0, seen);
        using var certificate = X509Certificate2.CreateFromPem(seen.AsSpan(start));
        return certificate.Subject;
    }

    private static EdgeCertificate Unusable(TestEdge edge, ScratchFolder scratch, string fault)
    {
        if (fault != "missing")
        {
            var (chain, key) = edge.Issuer.Issue("bad.example");
            AtomicFile.Write(scratch["server.crt"], fault switch
            {
                "garbage" => "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "huge" => chain + new string('\n', 1 << 20),
                _ => chain,
            });
            AtomicFile.Write(scratch["server.key"], fault == "foreign key" ? edge.Issuer.Issue("bad.example").Key : key);
        }

        return EdgeCertificate.FromFiles("1", scratch["server.crt"], scratch["server.key"]);
    }
}
