using Berth.Acme.Dns;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests.Dns;

/// <summary>Dynamic updates against BIND and Knot themselves.</summary>
public sealed class Updating_a_name_server(BindFixture bind, KnotFixture knot)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bind")]
    [InlineData("knot")]
    public async Task adds_and_removes_each_value_by_itself(string kind)
    {
        var server = ServerOf(kind);
        var provider = Provider(server);
        var name = UniqueName();

        await provider.AddAsync(Change(name, "one"), Cancel);
        await provider.AddAsync(Change(name, "two"), Cancel);
        await provider.AddAsync(Change(name, "two"), Cancel);
        Assert.Equal(["one", "two"], await server.TextAtAsync(name));

        await provider.RemoveAsync(Change(name, "one"), Cancel);
        await provider.RemoveAsync(Change(name, "one"), Cancel);
        Assert.Equal(["two"], await server.TextAtAsync(name));

        await provider.RemoveAsync(Change(name, "two"), Cancel);
        Assert.Empty(await server.TextAtAsync(name));
    }

    [Theory]
    [InlineData("bind")]
    [InlineData("knot")]
    public async Task carries_values_longer_than_one_piece(string kind)
    {
        var server = ServerOf(kind);
        var (name, value) = (UniqueName(), "ca.example; accounturi=https://ca.example/" + new string('x', 400));

        await Provider(server).AddAsync(Change(name, value), Cancel);

        Assert.Equal([value], (await server.TextAtAsync(name)).Select(text => text.Replace("\\;", ";", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("old", "hmac-md5")]
    [InlineData("old", "hmac-md5.sig-alg.reg.int.")]
    [InlineData("big", "hmac-sha512.")]
    public async Task signs_with_the_algorithm_the_server_was_given(string key, string algorithm)
    {
        var name = UniqueName();

        await Provider(bind.Server, key, algorithm).AddAsync(Change(name, "one"), Cancel);

        Assert.Equal(["one"], await bind.Server.TextAtAsync(name));
    }

    [Fact]
    public async Task needs_no_key_where_the_server_wants_none()
    {
        var provider = DnsProviders.Create(
            "rfc2136", new Dictionary<string, string> { ["RFC2136_NAMESERVER"] = bind.Server.Address.ToString() }, new HttpClient(), TimeProvider.System);
        const string Name = "_acme-challenge.open.test";

        await provider.AddAsync(Change(Name, "one") with { Zone = "open.test" }, Cancel);

        Assert.Equal(["one"], await bind.Server.TextAtAsync(Name));
    }

    [Fact]
    public async Task takes_its_key_from_a_file_as_tsig_keygen_writes_it()
    {
        using var scratch = new ScratchFolder();
        AtomicFile.Write(scratch["key"], $$"""
            key "{{NameServer.KeyName}}" {
            	algorithm hmac-sha256;
            	secret "{{NameServer.KeySecret}}";
            };
            """);
        var provider = DnsProviders.Create(
            "rfc2136",
            new Dictionary<string, string> { ["RFC2136_NAMESERVER"] = bind.Server.Address.ToString(), ["RFC2136_TSIG_FILE"] = scratch["key"] },
            new HttpClient(),
            TimeProvider.System);
        var name = UniqueName();

        await provider.AddAsync(Change(name, "one"), Cancel);

        Assert.Equal(["one"], await bind.Server.TextAtAsync(name));
    }

    [Theory]
    [InlineData("bind", NameServer.KeyName, "d3Jvbmcgc2VjcmV0", "BADSIG")]
    [InlineData("bind", "nobody", NameServer.KeySecret, "BADKEY")]
    [InlineData("knot", NameServer.KeyName, "d3Jvbmcgc2VjcmV0", "BADSIG")]
    [InlineData("knot", "nobody", NameServer.KeySecret, "BADKEY")]
    public async Task tells_what_is_wrong_with_the_key_and_never_shows_it(string kind, string key, string secret, string words)
    {
        var problem = await FailAsync(Provider(ServerOf(kind), key, secret: secret), Change(UniqueName(), "one"));

        Assert.Equal(DnsProblems.CredentialsRefused, problem.Code);
        Assert.Contains(words, problem.Found, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, problem.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bind")]
    [InlineData("knot")]
    public async Task tells_when_the_zone_is_not_the_servers(string kind)
    {
        var problem = await FailAsync(Provider(ServerOf(kind)), Change("_acme-challenge.other.org", "one") with { Zone = "other.org" });

        Assert.Equal(DnsProblems.ProviderRefused, problem.Code);
        Assert.Contains("NOTAUTH", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task tells_when_nobody_listens()
    {
        var provider = DnsProviders.Create(
            "rfc2136", new Dictionary<string, string> { ["RFC2136_NAMESERVER"] = $"127.0.0.1:{FreePort.Next()}" }, new HttpClient(), TimeProvider.System);

        Assert.Equal(DnsProblems.ProviderUnreachable, (await FailAsync(provider, Change(UniqueName(), "one"))).Code);
    }

    [Theory]
    [InlineData("RFC2136_NAMESERVER", "not a host")]
    [InlineData("RFC2136_NAMESERVER", "ns.example.test:0")]
    [InlineData("RFC2136_TSIG_SECRET", "not base64 at all!")]
    [InlineData("RFC2136_TSIG_ALGORITHM", "rot13.")]
    [InlineData("RFC2136_TTL", "-5")]
    public void refuses_a_setting_that_cannot_be_meant(string name, string value)
    {
        var settings = new Dictionary<string, string>
        {
            ["RFC2136_NAMESERVER"] = "ns.example.test",
            ["RFC2136_TSIG_KEY"] = "k",
            ["RFC2136_TSIG_SECRET"] = NameServer.KeySecret,
            [name] = value,
        };

        var problem = Assert.Throws<ProblemException>(() => DnsProviders.Create("rfc2136", settings, new HttpClient(), TimeProvider.System)).Problem;

        Assert.Equal(DnsProblems.SettingInvalid, problem.Code);
    }

    internal static IDnsProvider Provider(
        NameServer server, string key = NameServer.KeyName, string algorithm = "hmac-sha256.", string secret = NameServer.KeySecret) =>
        DnsProviders.Create(
            "rfc2136",
            new Dictionary<string, string>
            {
                ["RFC2136_NAMESERVER"] = server.Address.ToString(),
                ["RFC2136_TSIG_KEY"] = key,
                ["RFC2136_TSIG_ALGORITHM"] = algorithm,
                ["RFC2136_TSIG_SECRET"] = secret,
                ["RFC2136_TTL"] = "60",
            },
            new HttpClient(),
            TimeProvider.System);

    private NameServer ServerOf(string kind) => kind == "bind" ? bind.Server : knot.Server;

    private static DnsChange Change(string name, string value) => Changing_records_at_a_provider.Change(name, value);

    private static string UniqueName() => $"_acme-challenge.{Guid.NewGuid():N}.{NameServer.Zone}";

    private static async Task<Problem> FailAsync(IDnsProvider provider, DnsChange change) =>
        (await Assert.ThrowsAsync<ProblemException>(async () => await provider.AddAsync(change, Cancel))).Problem;
}
