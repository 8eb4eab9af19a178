using Berth.Acme.Looking;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Preflight;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt.Preflight;

/// <summary>This machine's resolver may know of names what nobody else does: its own name from /etc/hosts, and those of its network.</summary>
public sealed class Judging_what_dns_tells
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("app IN A 8.8.4.4", true, PreflightLevel.Ok, false)]
    [InlineData("app IN A 10.0.0.1", true, PreflightLevel.Problem, true)]
    [InlineData("app IN A 8.8.4.4", false, PreflightLevel.Problem, true)]
    [InlineData("app IN CNAME elsewhere.example.org.", true, PreflightLevel.Problem, false)]
    [InlineData("", true, PreflightLevel.Problem, true)]
    public async Task stops_a_name_where_its_own_name_servers_say_so(string published, bool isLocalView, PreflightLevel level, bool stops)
    {
        await using var local = await NameServer.StartBindAsync("app IN A 127.0.1.1");
        await using var own = await NameServer.StartBindAsync(published);
        var check = new DnsCheck(new NameLook([local.Address], own.Address.Port), decides: true, isPublic: true, isLocalView);

        var finding = Assert.Single((await check.AddressesAsync(DomainName.Parse("app.example.test"), Cancel)).Findings);

        Assert.Equal((level, stops), (finding.Level, finding.Stops));
        Assert.Equal(isLocalView && level == PreflightLevel.Problem, finding.Remedy?.Contains("dns-resolvers", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("", true, false)]
    [InlineData("@ IN CAA 0 issue \"ca.example\"", true, false)]
    [InlineData("@ IN CAA 0 issue \"third.example\"", true, true)]
    [InlineData("", false, true)]
    public async Task lets_caa_records_stop_a_name_where_its_own_name_servers_have_them(string published, bool isLocalView, bool stops)
    {
        await using var local = await NameServer.StartBindAsync("@ IN CAA 0 issue \"corp.example\"");
        await using var own = await NameServer.StartBindAsync(published);
        var check = new DnsCheck(new NameLook([local.Address], own.Address.Port), decides: true, isPublic: true, isLocalView);
        var policy = new CaaPolicy { Identities = ["ca.example"], Methods = ["http-01"] };

        var finding = await check.CaaAsync(DomainName.Parse("app.example.test"), policy, Cancel);

        Assert.Equal((PreflightLevel.Problem, stops), (finding!.Level, finding.Stops));
    }

    /// <summary>Of dns-persist-01 without a provider; whether the server takes it is known only once it was asked.</summary>
    [Theory]
    [InlineData("_validation-persist.app IN TXT \"ca.example; accounturi=https://ca.example/acct/1\"", "app.example.test", PreflightLevel.Ok)]
    [InlineData("", "app.example.test", PreflightLevel.Note)]
    [InlineData("", "*.app.example.test", PreflightLevel.Problem)]
    public async Task looks_for_the_record_that_is_made_by_hand(string zone, string name, PreflightLevel level)
    {
        await using var server = await NameServer.StartBindAsync(zone);
        var check = new DnsCheck(new NameLook([server.Address], server.Address.Port), decides: true, isPublic: true, isLocalView: false);

        var finding = await check.RecordByHandAsync(DomainName.Parse(name), Cancel);

        Assert.Equal(level, finding.Level);
        Assert.Contains("_validation-persist.app.example.test", finding.Found, StringComparison.Ordinal);
    }
}
