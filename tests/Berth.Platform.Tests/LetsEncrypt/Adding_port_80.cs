using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>The port an ACME server asks for its proof on.</summary>
public sealed class Adding_port_80 : IDisposable
{
    private static readonly AppName App = AppName.Parse("hello");
    private static readonly StatePath Map = StatePath.Lib("config", "ports", "hello", "map");
    private readonly ScratchFolder _scratch = new();
    private readonly FileStateStore _store;
    private readonly Recorder _said = new();

    public Adding_port_80() => _store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("http:8080:5000\n", "5000")]
    [InlineData("https:443:3000\n", "3000")]
    [InlineData("tcp:25:25\nhttps:443:3000\nhttp:8080:5000\n", "5000")]
    public void leads_it_to_the_apps_first_port_that_speaks_http(string map, string port)
    {
        _store.Write(Map, map);
        new ChallengePort(_store).Ensure(App, _said.Output);
        Assert.Equal($"http:80:{port}\n{map}", _store.Read(Map));
        Assert.Equal($"-----> Adding http:80:{port} port mapping to hello for ACME HTTP-01 challenge...\n", _said.Text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("http:80:5000\nhttp:8080:5000\n")]
    public void changes_nothing_where_it_is_answered_already(string? map)
    {
        if (map is not null)
        {
            _store.Write(Map, map);
        }

        new ChallengePort(_store).Ensure(App, _said.Output);
        Assert.Equal((map, ""), (_store.Read(Map), _said.Text));
        Assert.Equal(PrivateFolder.PublicRead, File.GetUnixFileMode(_scratch["lib/data/letsencrypt/hello"]));
    }

    [Fact]
    public void takes_what_was_detected_where_nothing_was_set()
    {
        _store.Write(StatePath.Lib("config", "ports", "hello", "map-detected"), "http:5000:5000\n");
        new ChallengePort(_store).Ensure(App, _said.Output);
        Assert.Equal("http:80:5000\nhttp:5000:5000\n", _store.Read(Map));
    }

    [Theory]
    [InlineData("tcp:25:25\n")]
    [InlineData("http:8080:$(id)\n")]
    [InlineData("http:8080\n")]
    public void refuses_to_guess(string map)
    {
        _store.Write(Map, map);
        var problem = Assert.Throws<ProblemException>(() => new ChallengePort(_store).Ensure(App, _said.Output)).Problem;
        Assert.Contains("ports:add hello", problem.Remedy, StringComparison.Ordinal);
        Assert.Equal(map, _store.Read(Map));
    }
}
