using System.Text;
using Berth.Acme.Dns;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests.Dns;

/// <summary>Against PowerDNS itself, SQLite behind it.</summary>
public sealed class Updating_powerdns : IAsyncLifetime
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private NameServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await NameServer.StartPowerDnsAsync();
        _http.DefaultRequestHeaders.Add("X-API-Key", NameServer.ApiKey);
        await MakeZoneAsync("Native");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task adds_and_removes_each_value_by_itself_and_leaves_those_of_others()
    {
        var provider = Provider();
        const string Name = "_acme-challenge." + NameServer.Zone;

        await provider.AddAsync(Change(Name, "one"), Cancel);
        await provider.AddAsync(Change(Name, "two"), Cancel);
        await provider.AddAsync(Change(Name, "two"), Cancel);
        Assert.Equal(["one", "two"], await _server.TextAtAsync(Name));

        await provider.RemoveAsync(Change(Name, "one"), Cancel);
        await provider.RemoveAsync(Change(Name, "one"), Cancel);
        Assert.Equal(["two"], await _server.TextAtAsync(Name));

        await provider.RemoveAsync(Change(Name, "two"), Cancel);
        Assert.Empty(await _server.TextAtAsync(Name));
        Assert.Equal(["of the owner"], await _server.TextAtAsync("keep." + NameServer.Zone));
    }

    [Fact]
    public async Task names_a_wrong_key_and_never_shows_it()
    {
        var problem = await FailAsync(Provider("wrong-secret"), Change("_acme-challenge." + NameServer.Zone, "one"));

        Assert.Equal(DnsProblems.CredentialsRefused, problem.Code);
        Assert.DoesNotContain("wrong-secret", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_when_the_zone_is_not_there()
    {
        var problem = await FailAsync(Provider(), Change("_acme-challenge.other.org", "one") with { Zone = "other.org" });

        Assert.Equal(DnsProblems.ZoneNotManaged, problem.Code);
    }

    private async Task MakeZoneAsync(string kind)
    {
        using var content = new StringContent(
            $$"""
            {"name":"{{NameServer.Zone}}.","kind":"{{kind}}","nameservers":["ns1.{{NameServer.Zone}}."],
             "rrsets":[{"name":"keep.{{NameServer.Zone}}.","type":"TXT","ttl":60,"records":[{"content":"\"of the owner\"","disabled":false}]}]}
            """,
            Encoding.UTF8,
            "application/json");
        using var made = await _http.PostAsync(new Uri(_server.Api, "api/v1/servers/localhost/zones"), content, Cancel);
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync(Cancel));
    }

    private IDnsProvider Provider(string key = NameServer.ApiKey) => DnsProviders.Create(
        "pdns",
        new Dictionary<string, string> { ["PDNS_API_URL"] = _server.Api.AbsoluteUri, ["PDNS_API_KEY"] = key },
        new HttpClient(new SocketsHttpHandler { UseProxy = false }),
        TimeProvider.System);

    private static DnsChange Change(string name, string value) => Changing_records_at_a_provider.Change(name, value);

    private static async Task<Problem> FailAsync(IDnsProvider provider, DnsChange change) =>
        (await Assert.ThrowsAsync<ProblemException>(async () => await provider.AddAsync(change, Cancel))).Problem;
}
