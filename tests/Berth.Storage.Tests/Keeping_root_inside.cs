using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Storage.Tests;

/// <summary>The folders of the roots belong to another user than the daemon that is root; that user may put a link anywhere in them.</summary>
public sealed class Keeping_root_inside : IDisposable
{
    private static readonly FileOwner Dokku = new(4242, 4242);
    private readonly ScratchFolder _scratch = new();
    private readonly FileStateStore _store;

    public Keeping_root_inside()
    {
        Assert.SkipUnless(CurrentUser.IsRoot, "only root could be led where others may not go");
        _store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        Directory.CreateDirectory(_scratch["outside"]);
        File.WriteAllLines(_scratch["outside/VHOST"], ["root's secret"]);
        Directory.CreateDirectory(_scratch["home/hello"]);
        Directory.CreateDirectory(_scratch["lib"]);
        Dokku.TakeTree(_scratch["home"]);
        Dokku.TakeTree(_scratch["lib"]);
    }

    private static StatePath Vhost => StatePath.Home("hello", "VHOST");

    public void Dispose()
    {
        LinklessPath.IsKnown = true;
        _scratch.Dispose();
    }

    [Fact]
    public void reads_no_file_that_a_link_leads_out_to()
    {
        File.CreateSymbolicLink(_scratch["home/hello/VHOST"], _scratch["outside/VHOST"]);

        var problem = Assert.Throws<ProblemException>(() => _store.Read(Vhost)).Problem;

        Assert.Equal(StorageProblems.StateUnreadable, problem.Code);
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void reads_and_writes_nothing_through_a_folder_that_is_a_link_out()
    {
        Directory.Delete(_scratch["home/hello"]);
        Directory.CreateSymbolicLink(_scratch["home/hello"], _scratch["outside"]);

        Assert.Throws<ProblemException>(() => _store.Read(Vhost));
        Assert.Throws<ProblemException>(() => _store.Write(Vhost, "theirs"));
        Assert.Throws<ProblemException>(() => _store.Write(StatePath.Home("hello", "tls", "server.key"), "theirs"));
        Assert.Throws<ProblemException>(() => _store.EnsureFolder(StatePath.Home("hello", "tls"), PrivateFolder.GroupRead));
        Assert.Throws<ProblemException>(() => _store.Delete(Vhost));

        Assert.Equal("root's secret\n", File.ReadAllText(_scratch["outside/VHOST"]));
        Assert.Equal([_scratch["outside/VHOST"]], Directory.GetFileSystemEntries(_scratch["outside"]));
    }

    [Fact]
    public void replaces_a_link_by_the_file_and_leaves_what_it_led_to()
    {
        File.CreateSymbolicLink(_scratch["home/hello/VHOST"], _scratch["outside/VHOST"]);

        _store.Write(Vhost, "hello.example.com\n");

        Assert.Equal("hello.example.com\n", _store.Read(Vhost));
        Assert.Equal("root's secret\n", File.ReadAllText(_scratch["outside/VHOST"]));
        Assert.Equal(Dokku, FileOwner.Of(_store.FileOf(Vhost)));
    }

    [Fact]
    public void follows_links_that_stay_inside_as_those_of_letsencrypt_do()
    {
        Directory.CreateDirectory(_scratch["home/hello/letsencrypt/certs/0123"]);
        File.WriteAllLines(_scratch["home/hello/letsencrypt/certs/0123/fullchain.pem"], ["chain"]);
        Directory.CreateSymbolicLink(_scratch["home/hello/letsencrypt/certs/current"], "0123");
        Directory.CreateSymbolicLink(_scratch["lib/elsewhere"], _scratch["home/hello"]);

        Assert.Equal("chain\n", _store.Read(StatePath.Home("hello", "letsencrypt", "certs", "current", "fullchain.pem")));
        Assert.Equal("chain\n", _store.Read(StatePath.Lib("elsewhere", "letsencrypt", "certs", "current", "fullchain.pem")));
    }

    [Fact]
    public void follows_a_link_out_that_only_root_can_have_put_there()
    {
        new FileOwner(0, 0).TakeTree(_scratch["lib"]);
        Directory.CreateSymbolicLink(_scratch["lib/data"], _scratch["outside"]);

        _store.Write(StatePath.Lib("data", "builds", "1.json"), "{}");

        Assert.Equal("{}", _store.Read(StatePath.Lib("data", "builds", "1.json")));
        Assert.True(File.Exists(_scratch["outside/builds/1.json"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void looks_anew_at_each_write_whether_a_link_stands_for_the_folder_by_now(bool hasCall)
    {
        LinklessPath.IsKnown = hasCall;
        _store.Write(Vhost, "first\n");
        Directory.Move(_scratch["home/hello"], _scratch["home/moved"]);
        Directory.CreateSymbolicLink(_scratch["home/hello"], _scratch["outside"]);

        Assert.Throws<ProblemException>(() => _store.Write(Vhost, "second\n"));
        Assert.Throws<ProblemException>(() => _store.WriteAll([new StateFile(Vhost, "second\n")]));
        Assert.Throws<ProblemException>(() => _store.Read(Vhost));
        Assert.Throws<ProblemException>(() => _store.Delete(Vhost));
        Assert.Equal("root's secret\n", File.ReadAllText(_scratch["outside/VHOST"]));

        Directory.Delete(_scratch["home/hello"]);
        Directory.CreateSymbolicLink(_scratch["home/hello"], "moved");
        Assert.Equal("first\n", _store.Read(Vhost));
        _store.Write(Vhost, "third\n");
        Assert.Equal("third\n", File.ReadAllText(_scratch["home/moved/VHOST"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void follows_a_link_that_stands_for_a_root_and_stays_inside_of_what_it_leads_to(bool hasCall)
    {
        LinklessPath.IsKnown = hasCall;
        Directory.CreateSymbolicLink(_scratch["root"], "home");
        var store = new FileStateStore(new StateRoots(_scratch["root"], _scratch["root/lib"]), TimeProvider.System);

        store.Write(Vhost, "hello.example.com\n");
        store.Write(StatePath.Lib("config", "hello", "ENV"), "A=1\n");

        Assert.Equal("hello.example.com\n", store.Read(Vhost));
        Assert.Equal("hello.example.com\n", File.ReadAllText(_scratch["home/hello/VHOST"]));
        Assert.Equal("A=1\n", store.Read(StatePath.Lib("config", "hello", "ENV")));
        File.Delete(_scratch["home/hello/VHOST"]);
        File.CreateSymbolicLink(_scratch["home/hello/VHOST"], _scratch["outside/VHOST"]);
        Assert.Throws<ProblemException>(() => store.Read(Vhost));
        Directory.CreateSymbolicLink(_scratch["home/out"], _scratch["outside"]);
        Assert.Throws<ProblemException>(() => store.Write(StatePath.Home("out", "VHOST"), "theirs"));
    }

    [Fact]
    public void locks_no_file_that_a_link_leads_to()
    {
        Directory.CreateDirectory(_scratch["lib/run/locks"]);
        File.CreateSymbolicLink(_scratch["lib/run/locks/hello.lock"], _scratch["outside/made-by-root"]);

        Assert.Throws<ProblemException>(() => FileLock.TryAcquire(_scratch["lib/run/locks/hello.lock"]));
        Assert.False(File.Exists(_scratch["outside/made-by-root"]));
    }

    [Fact]
    public void lets_the_folders_owner_lock_what_root_has_locked_before()
    {
        Directory.CreateDirectory(_scratch["lib/run"]);
        Dokku.TakeTree(_scratch["lib"]);
        FileLock.TryAcquire(_scratch["lib/run/hello.lock"])!.Dispose();
        Assert.Equal(Dokku, FileOwner.Of(_scratch["lib/run/hello.lock"]));
    }
}
