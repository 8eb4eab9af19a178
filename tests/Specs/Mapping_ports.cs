using Berth.TestKit;

namespace Berth.Specs;

public sealed class Mapping_ports : IAsyncLifetime
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    private string MapFile => $"{_berth.Lib}/config/ports/shop/map";

    public async ValueTask InitializeAsync()
    {
        await _berth.OkAsync("apps:create", "shop");
        await _berth.OkAsync("domains:add", "shop", "shop.example.com");
    }

    public ValueTask DisposeAsync() => _berth.DisposeAsync();

    [Fact]
    public async Task starts_with_the_detected_one_and_no_own()
    {
        Assert.Equal("http:80:5000\n", await _berth.OkAsync("ports:report", "shop", "--ports-map-detected"));
        Assert.Equal("\n", await _berth.OkAsync("ports:report", "shop", "--ports-map"));
        await FailsAsync(1, "No port mappings configured for app", "ports:list", "shop");
    }

    [Fact]
    public async Task adds_sets_removes_and_clears()
    {
        Assert.Equal("", await _berth.OkAsync("ports:add", "shop", "http:8080:5000", "http:80:5000"));
        Assert.Equal("http:8080:5000\nhttp:80:5000\n", await File.ReadAllTextAsync(MapFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(MapFile));
        Assert.Equal(
            "-----> Port mappings for shop\n    -----> scheme  host port  container port\n"
            + "    http           8080       5000\n    http           80         5000\n",
            await _berth.OkAsync("ports:list", "shop"));
        Assert.Equal("    http  8080  5000\n    http  80    5000\n", await _berth.OkAsync("--quiet", "ports:list", "shop"));

        await _berth.OkAsync("ports:remove", "shop", "8080");
        Assert.Equal("http:80:5000\n", await _berth.OkAsync("ports:report", "shop", "--ports-map"));
        await _berth.OkAsync("ports:set", "shop", "https:443:3000", "http:80:3000");
        await _berth.OkAsync("ports:remove", "shop", "https:443:3000");
        Assert.Equal("http:80:3000\n", await _berth.OkAsync("ports:report", "shop", "--ports-map"));
        Assert.Equal("{\"map\":\"http:80:3000\",\"map-detected\":\"http:80:5000\"}\n", await _berth.OkAsync("ports:report", "shop", "--format", "json"));

        await _berth.OkAsync("ports:clear", "shop");
        Assert.False(File.Exists(MapFile));
    }

    [Theory]
    [InlineData("No port mapping specified", "ports:add", "shop")]
    [InlineData("No port mapping specified", "ports:set", "shop")]
    [InlineData("No port mapping specified", "ports:remove", "shop")]
    [InlineData("Invalid port map http:80 [len=2]", "ports:add", "shop", "http:80")]
    [InlineData("Invalid port map http:abc:1 [err=strconv.Atoi: parsing \"abc\": invalid syntax]", "ports:set", "shop", "http:abc:1")]
    [InlineData("Invalid port map http:70000:1 [hostPort=70000]", "ports:set", "shop", "http:70000:1")]
    [InlineData("Invalid port map http:1:$(id) [err=strconv.Atoi: parsing \"$(id)\": invalid syntax]", "ports:add", "shop", "http:1:$(id)")]
    [InlineData("Error validating new port mappings: The same scheme:host-port is being reused: http:81", "ports:add", "shop", "http:81:1", "http:81:2")]
    [InlineData("Error validating port mappings: The same scheme:host-port is being reused: http:81", "ports:set", "shop", "http:81:1", "http:81:1")]
    [InlineData("Invalid flag passed, valid flags: --ports-map, --ports-map-detected", "ports:report", "shop", "--ports-what")]
    public Task refuses_words_that_are_no_mappings(string line, params string[] words) => FailsAsync(1, line, words);

    [Fact]
    public async Task refuses_a_port_that_is_mapped_already()
    {
        await _berth.OkAsync("ports:add", "shop", "http:80:5000");
        await FailsAsync(
            1, "Error validating all port mappings: The same scheme:host-port is being reused: http:80", "ports:add", "shop", "http:80:3000");
        await FailsAsync(20, "App nobody does not exist", "ports:add", "nobody", "http:80:3000");
    }

    [Fact]
    public async Task keeps_a_scheme_the_edge_does_not_speak_and_says_so()
    {
        var result = await _berth.RunAsync("ports:add", "shop", "tcp:5432:5432");
        Assert.Equal((0, ""), (result.Status, result.Output));
        Assert.Equal(" !     tcp:5432:5432 is kept, but has no effect: the edge speaks http and https\n", result.Error);
        Assert.Equal("tcp:5432:5432\n", await File.ReadAllTextAsync(MapFile));
    }

    [Fact]
    public async Task honours_a_map_that_an_older_server_kept_as_a_variable()
    {
        await _berth.OkAsync("config:set", "--no-restart", "shop", "DOKKU_PROXY_PORT_MAP=http:8080:5000 https:8443:5000");
        Assert.Equal("http:8080:5000 https:8443:5000\n", await _berth.OkAsync("ports:report", "shop", "--ports-map"));

        await _berth.OkAsync("ports:clear", "shop");
        Assert.Equal("\n", await _berth.OkAsync("ports:report", "shop", "--ports-map"));
    }

    [Fact]
    public async Task shows_in_the_urls()
    {
        Assert.Equal("http://shop.example.com\n", await _berth.OkAsync("urls", "shop"));
        await _berth.OkAsync("domains:add", "shop", "www.example.com", "*.wild.example.com", "_");
        await _berth.OkAsync("ports:set", "shop", "http:80:5000", "https:443:5000", "http:8080:5000");
        Assert.Equal(
            "http://shop.example.com\nhttp://shop.example.com:8080\nhttp://www.example.com\nhttp://www.example.com:8080\n"
            + "https://shop.example.com\nhttps://www.example.com\n",
            await _berth.OkAsync("urls", "shop"));
        Assert.Equal("http://shop.example.com\n", await _berth.OkAsync("url", "shop"));
        await FailsAsync(20, "App nobody does not exist", "urls", "nobody");
        await FailsAsync(1, "Please specify an app to run the command on", "urls");
    }

    [Fact]
    public async Task names_the_server_where_an_app_has_no_domain()
    {
        await _berth.OkAsync("apps:create", "bare");
        AtomicWrite($"{_berth.Home}/HOSTNAME", "server.example.com\n");
        Assert.Equal("http://server.example.com\n", await _berth.OkAsync("urls", "bare"));
    }

    private static void AtomicWrite(string path, string text) => Berth.Kernel.AtomicFile.Write(path, text);

    private async Task FailsAsync(int status, string line, params string[] words)
    {
        var result = await _berth.RunAsync(words);
        Assert.Equal((status, "", $" !     {line}\n"), (result.Status, result.Output, result.Error));
    }
}
