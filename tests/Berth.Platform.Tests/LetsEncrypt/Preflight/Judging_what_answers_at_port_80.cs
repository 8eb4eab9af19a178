using System.Net;
using System.Net.Sockets;
using System.Text;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Preflight;
using Berth.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Platform.Tests.LetsEncrypt.Preflight;

public sealed class Judging_what_answers_at_port_80
{
    private static readonly IPAddress Public = IPAddress.Parse("8.8.4.4");
    private static readonly IPAddress Own = IPAddress.Parse("8.8.8.8");

    [Fact]
    public async Task knows_its_own_edge_from_another_server()
    {
        await using var edge = EdgeAt(0);
        await using var other = EdgeAt(0);
        await edge.StartAsync(TestContext.Current.CancellationToken);
        await other.StartAsync(TestContext.Current.CancellationToken);

        var own = await new TokenVisit(edge, edge.HttpPort, 443, TimeSpan.FromMinutes(1)).AskAsync("a.example", IPAddress.Loopback, "token", TestContext.Current.CancellationToken);
        var foreign = await new TokenVisit(edge, other.HttpPort, 443, TimeSpan.FromMinutes(1)).AskAsync("a.example", IPAddress.Loopback, "token", TestContext.Current.CancellationToken);
        var nobody = await new TokenVisit(edge, 1, 443, TimeSpan.FromMinutes(1)).AskAsync("a.example", IPAddress.Loopback, "token", TestContext.Current.CancellationToken);

        Assert.Equal(VisitOutcome.ThisServer, own.Outcome);
        Assert.Equal(VisitOutcome.AnotherServer, foreign.Outcome);
        Assert.Equal(VisitOutcome.Refused, nobody.Outcome);
        Assert.Empty(edge.Snapshot.Challenges);
    }

    /// <summary>A front that sends everyone to HTTPS, and passes the question on there.</summary>
    [Theory]
    [InlineData("a.example", true)]
    [InlineData("other.example", false)]
    public async Task follows_a_redirect_to_the_same_name(string to, bool isOwn)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var edge = EdgeAt(0);
        await edge.StartAsync(cancel);
        using var front = new TcpListener(IPAddress.Loopback, 0);
        front.Start();
        var sending = SendOnAsync(front, $"https://{to}:{edge.HttpsPort}/.well-known/acme-challenge/token", cancel);

        var visit = await new TokenVisit(edge, ((IPEndPoint)front.LocalEndpoint).Port, edge.HttpsPort, TimeSpan.FromMinutes(1)).AskAsync("a.example", IPAddress.Loopback, "token", cancel);

        Assert.Equal(isOwn ? VisitOutcome.ThisServer : VisitOutcome.AnotherServer, visit.Outcome);
        await sending;
    }

    private static async Task SendOnAsync(TcpListener front, string url, CancellationToken cancel)
    {
        using var client = await front.AcceptTcpClientAsync(cancel);
        await client.GetStream().ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, cancel);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 301 Moved Permanently\r\nLocation: {url}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), cancel);
    }

    [Fact]
    public async Task knows_its_own_edge_from_another_server_over_TLS_and_lets_an_orders_own_proof_be()
    {
        await using var edge = EdgeAt(0);
        await using var other = EdgeAt(0);
        await edge.StartAsync(TestContext.Current.CancellationToken);
        await other.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(VisitOutcome.ThisServer, await AskAsync(edge.HttpsPort, "a.example"));
        Assert.Equal(VisitOutcome.ThisServer, await AskAsync(edge.HttpsPort, "127.0.0.1"));
        Assert.Equal(VisitOutcome.AnotherServer, await AskAsync(other.HttpsPort, "a.example"));
        Assert.Equal(VisitOutcome.AnotherServer, await AskAsync(edge.HttpPort, "a.example"));
        Assert.Equal(VisitOutcome.Refused, await AskAsync(1, "a.example"));
        Assert.False(edge.Snapshot.HasTlsChallenge("a.example"));

        using var certificate = LoopbackCertificate.Create();
        var proof = new EdgeTlsChallenge("a.example", certificate);
        edge.Update(snapshot => snapshot.WithTlsChallenge(proof));
        Assert.Equal(VisitOutcome.ThisServer, await AskAsync(1, "a.example"));
        Assert.True(edge.Snapshot.HasTlsChallenge("a.example"));

        async Task<VisitOutcome> AskAsync(int port, string name) =>
            (await new AlpnVisit(edge, port, TimeSpan.FromMinutes(1)).AskAsync(name, IPAddress.Loopback, TestContext.Current.CancellationToken)).Outcome;
    }

    /// <summary>As an order goes on: from the challenge that nobody answers to the other, and from none that is answered wrongly.</summary>
    [Theory]
    [InlineData(PreflightLevel.Problem, VisitOutcome.ThisServer, false, 0)]
    [InlineData(PreflightLevel.Problem, VisitOutcome.Refused, false, 1)]
    [InlineData(PreflightLevel.Problem, VisitOutcome.AnotherServer, false, 1)]
    [InlineData(PreflightLevel.Problem, VisitOutcome.ThisServer, true, 0)]
    [InlineData(PreflightLevel.Problem, VisitOutcome.Refused, true, 2)]
    [InlineData(PreflightLevel.Ok, VisitOutcome.ThisServer, true, 0)]
    [InlineData(PreflightLevel.Ok, VisitOutcome.Silent, true, 0)]
    [InlineData(PreflightLevel.Ok, VisitOutcome.AnotherServer, true, 1)]
    [InlineData(PreflightLevel.Note, VisitOutcome.Silent, true, 1)]
    public void has_a_problem_only_where_neither_challenge_comes_through(PreflightLevel http, object tls, bool tlsFirst, int problems)
    {
        var found = Check("10.0.0.5").OfBoth(
            "a.example", [new PreflightFinding("a.example", "http", http, "said")], [new Visit(Public, (VisitOutcome)tls, "said", null)], tlsFirst);

        Assert.Equal(problems, found.Count(finding => finding.Level == PreflightLevel.Problem));
    }

    [Theory]
    [InlineData(VisitOutcome.ThisServer, PreflightLevel.Ok, "is this server")]
    [InlineData(VisitOutcome.AnotherServer, PreflightLevel.Problem, "another server answers at 8.8.4.4")]
    [InlineData(VisitOutcome.Silent, PreflightLevel.Note, "cannot be told from here")]
    [InlineData(VisitOutcome.Refused, PreflightLevel.Note, "cannot be told from here")]
    public void cannot_tell_behind_a_router(object outcome, PreflightLevel level, string words)
    {
        var found = Check("10.0.0.5").Judge("a.example", new Visit(Public, (VisitOutcome)outcome, "said", null));

        Assert.Equal(level, found.Level);
        Assert.Contains(words, found.Found, StringComparison.Ordinal);
        Assert.False(found.Stops);
    }

    [Fact]
    public void is_sure_that_it_is_another_machine_where_this_one_has_an_address_of_its_own()
    {
        var found = Check(Own.ToString()).Judge("a.example", new Visit(Public, VisitOutcome.Silent, "said", null));

        Assert.Equal(PreflightLevel.Problem, found.Level);
        Assert.Contains("is not this machine", found.Found, StringComparison.Ordinal);
        Assert.Contains("8.8.8.8", found.Remedy, StringComparison.Ordinal);
    }

    /// <summary>No DNS leads to an address, and none can prove it: nothing of the kind is advised.</summary>
    [Theory]
    [InlineData("8.8.4.4", "8.8.8.8", VisitOutcome.AnotherServer, null, "another server answers at 8.8.4.4", "Use an address of this server instead (8.8.8.8)")]
    [InlineData("8.8.4.4", "8.8.8.8", VisitOutcome.Silent, null, "which is not this machine", "Use an address of this server instead (8.8.8.8)")]
    [InlineData("8.8.4.4", "8.8.4.4", VisitOutcome.Refused, null, "which is this machine", "--http-port 80")]
    [InlineData("8.8.4.4", "10.0.0.5", VisitOutcome.Silent, null, "cannot be told from here", "curl -i http://8.8.4.4/")]
    [InlineData("104.16.1.1", "8.8.8.8", VisitOutcome.AnotherServer, "Cloudflare", "Cloudflare stands in front of 104.16.1.1", "use an address of this server instead (8.8.8.8)")]
    [InlineData("2001:4860::1", "8.8.8.8", VisitOutcome.NoRoute, null, "2001:4860::1 is an IPv6 address, and this machine has none", "Give this machine that address")]
    [InlineData("2001:4860::1", "2001:4860::2", VisitOutcome.AnotherServer, null, "another server answers at 2001:4860::1", "instead (2001:4860::2)")]
    public void says_nothing_of_DNS_about_an_address(string address, string own, object outcome, string? network, string found, string remedy)
    {
        var judged = Check(own).Judge(address, new Visit(IPAddress.Parse(address), (VisitOutcome)outcome, "said", network));

        Assert.Contains(found, judged.Found, StringComparison.Ordinal);
        Assert.Contains(remedy, judged.Remedy, StringComparison.Ordinal);
        Assert.DoesNotMatch("DNS|dns-|record|AAAA|Point ", judged.Found + judged.Remedy);
    }

    [Fact]
    public void names_an_IPv6_address_that_servers_try_first_and_this_machine_has_none_like()
    {
        var found = Check(Own.ToString()).Judge("a.example", new Visit(IPAddress.Parse("2001:4860::1"), VisitOutcome.NoRoute, "said", null));

        Assert.Equal(PreflightLevel.Problem, found.Level);
        Assert.Contains("a.example has the IPv6 address 2001:4860::1, and this machine has none", found.Found, StringComparison.Ordinal);
        Assert.Contains("Remove the AAAA record", found.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void names_the_network_in_front()
    {
        Assert.Equal("Cloudflare", Addresses.NetworkInFront(IPAddress.Parse("104.16.1.1")));
        Assert.Null(Addresses.NetworkInFront(Public));
        var passes = Check("10.0.0.5").Judge("a.example", new Visit(Public, VisitOutcome.ThisServer, "200", "Cloudflare"));
        var blocks = Check("10.0.0.5").Judge("a.example", new Visit(Public, VisitOutcome.AnotherServer, "403", "Cloudflare"));

        Assert.Equal((PreflightLevel.Note, PreflightLevel.Problem), (passes.Level, blocks.Level));
        Assert.Contains("Cloudflare stands in front", blocks.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("192.168.1.1", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("::1", true)]
    [InlineData("8.8.8.8", false)]
    [InlineData("2606:4700::1", false)]
    public void knows_which_addresses_nobody_outside_can_reach(string address, bool isReserved) =>
        Assert.Equal(isReserved, SpecialAddress.IsNotPublic(IPAddress.Parse(address)));

    private static ReachCheck Check(string own) => new(EdgeAt(0), 80, 443, new HashSet<IPAddress> { IPAddress.Parse(own) });

    private static EdgeServer EdgeAt(int port) => new(
        new EdgeOptions { Addresses = [IPAddress.Loopback], HttpPort = port, HttpsPort = 0 }, TimeProvider.System, NullLoggerFactory.Instance);
}
