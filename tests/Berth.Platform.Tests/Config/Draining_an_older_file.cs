using Berth.Kernel;
using Berth.Platform.Config;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.Config;

/// <summary>Servers before 0.38 kept config variables in the app's own folder.</summary>
public sealed class Draining_an_older_file : IDisposable
{
    private static readonly AppName App = AppName.Parse("hello");
    private readonly ScratchFolder _scratch = new();
    private readonly ConfigStore _config;

    public Draining_an_older_file()
    {
        _config = new ConfigStore(new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System), TimeProvider.System);
        Directory.CreateDirectory(_scratch["home/hello"]);
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task happens_with_the_first_change_and_once()
    {
        AtomicFile.Write(_scratch["home/hello/ENV"], "export OLD='1'\n");
        await _config.ChangeAsync(App, before => before.SetItem("NEW", "2"), CancellationToken.None);
        Assert.Equal(["NEW", "OLD"], _config.Read(App).Keys);
        Assert.False(File.Exists(_scratch["home/hello/ENV"]));

        await _config.ChangeAsync(App, before => before.Remove("OLD"), CancellationToken.None);
        AtomicFile.Write(_scratch["home/hello/ENV"], "OLD=1\nNEW=2\n");

        // A backup that is copied back does not bring back what was unset since.
        Assert.Equal(["NEW"], _config.Read(App).Keys);
    }

    [Fact]
    public async Task puts_a_file_aside_that_came_back_and_names_what_it_says_otherwise()
    {
        await _config.ChangeAsync(App, before => before.SetItem("SAME", "1").SetItem("OTHER", "2"), CancellationToken.None);
        AtomicFile.Write(_scratch["home/hello/ENV"], "SAME=1\nOTHER=3\nGONE=4\n");

        var change = await _config.ChangeAsync(App, before => before, CancellationToken.None);

        Assert.Equal(["GONE", "OTHER"], change.SetAside);
        Assert.False(File.Exists(_scratch["home/hello/ENV"]));
        Assert.True(File.Exists(_config.AsidePath(App)));
        Assert.Equal("2", _config.Get(App, "OTHER"));
    }
}
