using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Challenges;
using Berth.Platform.LetsEncrypt.Orders;
using Berth.Platform.Ports;
using Berth.Platform.Properties;
using Berth.Platform.Tests.Support;
using Berth.Storage;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>The port an ACME server asks for its proof on.</summary>
public sealed class Adding_port_80 : IDisposable
{
    private const string OldMap = "DOKKU_PROXY_PORT_MAP";
    private static readonly StatePath Map = StatePath.Lib("config", "ports", "hello", "map");
    private readonly Room _room = new();
    private readonly PortStore _ports;
    private readonly Recorder _said = new();

    public Adding_port_80() => _ports = new PortStore(_room.Properties, _room.Config, _room.Store);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _room.Dispose();

    [Theory]
    [InlineData("http:8080:5000\n", "5000", "http:8080:5000\nhttp:80:5000\n")]
    [InlineData("https:443:3000\n", "3000", "http:80:3000\nhttps:443:3000\n")]
    [InlineData("tcp:25:25\nhttps:443:3000\nhttp:8080:5000\n", "5000", "http:8080:5000\nhttp:80:5000\nhttps:443:3000\ntcp:25:25\n")]
    public async Task leads_it_to_the_apps_first_port_that_speaks_http(string map, string port, string then)
    {
        _room.Store.Write(Map, map);
        await EnsureAsync();
        Assert.Equal(then, _room.Store.Read(Map));
        Assert.Equal($"-----> Adding http:80:{port} port mapping to hello for ACME HTTP-01 challenge...\n", _said.Text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("http:80:5000\nhttp:8080:5000\n")]
    [InlineData("http:8080:$(id)\n")]
    [InlineData("http:8080\n")]
    public async Task changes_nothing_where_it_is_answered_already(string? map)
    {
        if (map is not null)
        {
            _room.Store.Write(Map, map);
        }

        await EnsureAsync();
        Assert.Equal((map, ""), (_room.Store.Read(Map), _said.Text));
        Assert.Equal(PrivateFolder.PublicRead, File.GetUnixFileMode(_room.Lib("data/letsencrypt/hello")));
    }

    [Fact]
    public async Task takes_what_was_detected_where_nothing_was_set()
    {
        _room.Store.Write(StatePath.Lib("config", "ports", "hello", "map-detected"), "http:5000:5000\n");
        await EnsureAsync();
        Assert.Equal("http:5000:5000\nhttp:80:5000\n", _room.Store.Read(Map));
    }

    [Fact]
    public async Task adds_to_a_map_that_an_older_server_keeps_in_a_variable()
    {
        await _room.Config.ChangeAsync(Room.App, before => before.SetItem(OldMap, "http:8080:5000 https:443:5000"), Cancel);
        await EnsureAsync();
        Assert.Equal("http:8080:5000\nhttp:80:5000\nhttps:443:5000\n", _room.Store.Read(Map));
        Assert.Null(_room.Config.Get(Room.App, OldMap));
    }

    [Fact]
    public async Task keeps_what_another_adds_at_the_same_time()
    {
        _room.Store.Write(Map, "http:8080:5000\n");
        Task adding;
        using (await _room.Store.LockAsync("hello", Cancel))
        {
            adding = EnsureAsync();
            _room.Store.Write(Map, "http:8080:5000\nhttp:9000:9000\n");
        }

        await adding;
        Assert.Equal("http:8080:5000\nhttp:80:5000\nhttp:9000:9000\n", _room.Store.Read(Map));
    }

    [Fact]
    public async Task refuses_to_guess()
    {
        _room.Store.Write(Map, "tcp:25:25\n");
        var problem = (await Assert.ThrowsAsync<ProblemException>(EnsureAsync)).Problem;
        Assert.Contains("ports:add hello", problem.Remedy, StringComparison.Ordinal);
        Assert.Equal("tcp:25:25\n", _room.Store.Read(Map));
    }

    /// <summary>A DNS provider that is away for a moment opens no port, and does not end in one that cannot be had.</summary>
    [Theory]
    [InlineData("grpcs:443:50051\n", true, "dns-01 dns-account-01 tls-alpn-01")]
    [InlineData("https:443:5000\n", true, "dns-01 dns-account-01 tls-alpn-01")]
    [InlineData("http:80:5000\n", true, "dns-01 dns-account-01 http-01 tls-alpn-01")]
    [InlineData("", true, "dns-01 dns-account-01 http-01 tls-alpn-01")]
    [InlineData("https:443:5000\n", false, "http-01 tls-alpn-01")]
    public void asks_for_none_where_records_prove_the_apps_names(string map, bool hasProvider, string methods)
    {
        _room.Store.Write(Map, map);
        if (hasProvider)
        {
            _room.Properties.Set(LetsEncryptSettingsStore.Feature, PropertyStore.Global, "dns-provider", "exec");
            _room.Properties.Set(LetsEncryptSettingsStore.Feature, PropertyStore.Global, "dns-provider-EXEC_PATH", "/bin/true");
        }

        using var dns = new DnsChoice(_room.Properties, new StateRoots(_room.Scratch["home"], _room.Scratch["lib"]), TimeProvider.System);
        var solvers = new ChallengeSolvers(null!, dns, new ProofFiles(_room.Store), new ChallengePort(_room.Store, _ports), TimeProvider.System);

        Assert.Equal(methods, string.Join(' ', solvers.MethodsOf(Room.App)));
    }

    private Task EnsureAsync() => new ChallengePort(_room.Store, _ports).EnsureAsync(Room.App, _said.Output, Cancel);
}
