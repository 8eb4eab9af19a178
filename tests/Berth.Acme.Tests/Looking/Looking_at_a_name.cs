using Berth.Acme.Looking;
using Berth.TestKit;

namespace Berth.Acme.Tests.Looking;

public sealed class Looking_at_a_name
{
    [Fact]
    public async Task tells_the_ways_apart_in_which_dns_fails()
    {
        await using var dns = await NameServer.StartBindAsync(
            "both IN A 192.0.2.7\nboth IN AAAA 2001:db8::7\nalias IN CNAME both\ntext IN TXT \"x\"\nlost IN NS ns.lost\nns.lost IN A 127.0.0.9");
        var look = new NameLook([dns.Address], dns.Address.Port);
        var cancel = TestContext.Current.CancellationToken;

        Assert.Equal(["192.0.2.7", "2001:db8::7"], (await look.AddressesAsync("both.example.test", cancel)).Addresses.Select(address => address.ToString()));
        Assert.Equal(2, (await look.AddressesAsync("alias.example.test", cancel)).Addresses.Count);
        Assert.Equal(LookOutcome.NoRecords, (await look.AddressesAsync("text.example.test", cancel)).Outcome);
        Assert.Equal(LookOutcome.NoSuchName, (await look.AddressesAsync("gone.example.test", cancel)).Outcome);
        Assert.Equal(LookOutcome.NoAnswer, (await new NameLook([new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, FreePort.Next())])
            .AddressesAsync("both.example.test", cancel)).Outcome);
    }

    [Fact]
    public async Task climbs_to_the_caa_records_that_hold()
    {
        await using var dns = await NameServer.StartBindAsync("@ IN CAA 0 issue \"ca.example\"\na.b IN A 192.0.2.7\nown IN CAA 0 issue \";\"");
        var look = new NameLook([dns.Address]);
        var cancel = TestContext.Current.CancellationToken;

        var inherited = await look.CaaAsync("a.b.example.test", cancel);
        var own = await look.CaaAsync("www.own.example.test", cancel);

        Assert.Equal(("example.test", "ca.example"), (inherited.At, Assert.Single(inherited.Properties).Value));
        Assert.Equal(("own.example.test", ";"), (own.At, Assert.Single(own.Properties).Value));
    }

    [Fact]
    public async Task names_the_zone_and_the_name_servers_that_do_not_answer()
    {
        await using var dns = await NameServer.StartBindAsync("@ IN NS ns2\nns2 IN A 127.0.0.9");
        var look = new NameLook([dns.Address], dns.Address.Port);

        var (zone, servers) = await look.ZoneAsync("deep.down.example.test", TestContext.Current.CancellationToken);

        Assert.Equal("example.test", zone);
        Assert.Equal(
            [("ns1.example.test", true), ("ns2.example.test", false)],
            servers.OrderBy(server => server.Host, StringComparer.Ordinal).Select(server => (server.Host, server.Answers)));
    }
}
