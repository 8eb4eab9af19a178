using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Storage.Tests;

public sealed class Keeping_state_in_files : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly FileStateStore _store;

    public Keeping_state_in_files() =>
        _store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void reads_back_what_was_written_and_null_for_what_was_not()
    {
        var path = StatePath.Lib("config", "letsencrypt", "hello", "email");
        Assert.Null(_store.Read(path));

        _store.Write(path, "you@example.com");

        Assert.Equal("you@example.com", _store.Read(path));
        Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(_store.FileOf(path)));
        Assert.Equal(["email"], _store.List(StatePath.Lib("config", "letsencrypt", "hello")));
    }

    [Fact]
    public void makes_a_missing_root_for_all_to_pass_and_a_folder_below_it_for_its_group()
    {
        var store = new FileStateStore(new StateRoots(_scratch["srv/home"], _scratch["srv/lib"]), TimeProvider.System);

        store.Write(StatePath.Home("hello", "VHOST"), "");
        store.EnsureFolder(StatePath.Lib("data", "letsencrypt"), PrivateFolder.OwnerOnly);

        Assert.Equal(
            (PrivateFolder.PublicRead, PrivateFolder.PublicRead, PrivateFolder.GroupRead, PrivateFolder.PublicRead, PrivateFolder.OwnerOnly),
            (ModeOf("srv"), ModeOf("srv/home"), ModeOf("srv/home/hello"), ModeOf("srv/lib"), ModeOf("srv/lib/data/letsencrypt")));

        UnixFileMode ModeOf(string path) => File.GetUnixFileMode(_scratch[path]);
    }

    [Fact]
    public void lists_no_file_that_a_crash_left_half_written()
    {
        _store.Write(StatePath.Home("hello", "VHOST"), "");
        File.Create(_scratch["home/hello/.VHOST.0123.berth-tmp"]).Dispose();

        Assert.Equal(["VHOST"], _store.List(StatePath.Home("hello")));
    }

    [Fact]
    public void lists_what_lies_in_a_folder_and_which_of_it_are_folders_or_links_to_one()
    {
        Directory.CreateDirectory(_scratch["home/b"]);
        File.Create(_scratch["home/a"]).Dispose();
        File.CreateSymbolicLink(_scratch["home/c"], "b");
        File.CreateSymbolicLink(_scratch["home/d"], "a");
        File.CreateSymbolicLink(_scratch["home/e"], "none");

        Assert.Equal(["a", "b", "c", "d", "e"], _store.List(StatePath.Home()));
        Assert.Equal(["b", "c"], _store.ListFolders(StatePath.Home()));
        Assert.Empty(_store.List(StatePath.Home("none")));
        Assert.Empty(_store.List(StatePath.Home("a", "below")));
        Assert.Equal(StorageProblems.StateUnreadable, Assert.Throws<ProblemException>(() => _store.List(StatePath.Home("a"))).Problem.Code);
    }

    [Fact]
    public void lists_more_than_the_kernel_tells_at_once()
    {
        string[] names = [.. Enumerable.Range(1000, 3000).Select(number => $"{number}-{new string('x', 100)}")];
        Array.ForEach(names, name => Directory.CreateDirectory(_scratch[$"home/{name}"]));

        Assert.Equal(names, _store.ListFolders(StatePath.Home()));
    }

    [Fact]
    public void deletes_a_link_and_not_what_it_leads_to()
    {
        Directory.CreateDirectory(_scratch["outside"]);
        File.Create(_scratch["outside/precious"]).Dispose();
        Directory.CreateDirectory(_scratch["home"]);
        Directory.CreateSymbolicLink(_scratch["home/hello"], _scratch["outside"]);

        _store.Delete(StatePath.Home("hello"));

        Assert.False(_store.Exists(StatePath.Home("hello")));
        Assert.True(File.Exists(_scratch["outside/precious"]));
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public void refuses_a_segment_that_could_leave_its_root(string segment)
    {
        Assert.Throws<ArgumentException>(() => StatePath.Home(segment));
        Assert.Throws<ArgumentException>(() => StatePath.Lib("config", segment));
        Assert.Throws<ArgumentException>(() => StatePath.Home("hello").Slash(segment));
    }

    [Fact]
    public async Task lets_one_writer_at_a_time_change_a_scope_and_others_of_another_scope_go_on()
    {
        var order = new List<string>();
        var first = await _store.LockAsync("hello", CancellationToken.None);
        var second = Task.Run(async () =>
        {
            using var held = await _store.LockAsync("hello", CancellationToken.None);
            order.Add("second");
        });
        using (await _store.LockAsync("other", CancellationToken.None))
        {
            order.Add("other");
        }

        order.Add("first");
        first.Dispose();
        await second;

        Assert.Equal(["other", "first", "second"], order);
    }

    [Fact]
    public async Task keeps_out_a_writer_of_another_process_too()
    {
        var elsewhere = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        using var held = await _store.LockAsync("hello", CancellationToken.None);
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await elsewhere.LockAsync("hello", impatient.Token));
    }

    [Fact]
    public async Task forgets_a_lock_that_nobody_holds_and_no_other()
    {
        (await _store.LockAsync("gone", CancellationToken.None)).Dispose();
        (await _store.LockAsync("gone.ps", CancellationToken.None)).Dispose();
        (await _store.LockAsync("there", CancellationToken.None)).Dispose();
        using var held = await _store.LockAsync("gone.config", CancellationToken.None);

        Assert.Equal(2, _store.ForgetLocks(scope => scope.StartsWith("gone", StringComparison.Ordinal)));

        Assert.Equal(["gone.config.lock", "there.lock"], _store.List(StatePath.Lib("run", "locks")));
        using var again = await _store.LockAsync("gone", CancellationToken.None);
        Assert.Equal(0, _store.ForgetLocks(scope => scope == "gone"));
    }

    [Fact]
    public void writes_whole_what_no_power_cut_needs_to_leave()
    {
        var path = StatePath.Home("hello", "letsencrypt", "proofs.json");
        _store.WriteUnsynced(path, "one");
        _store.WriteUnsynced(path, "two");

        Assert.Equal("two", _store.Read(path));
        Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(_store.FileOf(path)));
        Assert.Equal(["proofs.json"], Directory.EnumerateFiles(_scratch["home/hello/letsencrypt"]).Select(Path.GetFileName));
    }

    [Fact]
    public void says_which_file_cannot_be_read()
    {
        Directory.CreateDirectory(_scratch["home/hello/VHOST"]);
        var problem = Assert.Throws<ProblemException>(() => _store.Read(StatePath.Home("hello", "VHOST"))).Problem;
        Assert.Equal(StorageProblems.StateUnreadable, problem.Code);
        Assert.Contains(_scratch["home/hello/VHOST"], problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task does_not_wait_for_ever_at_a_fifo_in_place_of_a_file()
    {
        Directory.CreateDirectory(_scratch["home/hello"]);
        await ExternalProgram.SucceedAsync("mkfifo", [_scratch["home/hello/VHOST"]]);
        Assert.Throws<ProblemException>(() => _store.Read(StatePath.Home("hello", "VHOST")));
    }

    [Theory]
    [InlineData(null, null, "/home/dokku", "/var/lib/dokku")]
    [InlineData("", "", "/home/dokku", "/var/lib/dokku")]
    [InlineData("/srv/d/", "/srv/l/../m", "/srv/d", "/srv/m")]
    public void finds_its_roots_where_the_environment_says(string? home, string? lib, string expectedHome, string expectedLib) =>
        Assert.Equal(
            new StateRoots(expectedHome, expectedLib), StateRoots.From(name => name == "DOKKU_ROOT" ? home : lib));
}
