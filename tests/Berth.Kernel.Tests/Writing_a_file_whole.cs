using Berth.TestKit;

namespace Berth.Kernel.Tests;

public sealed class Writing_a_file_whole : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void gives_it_the_mode_asked_for_whatever_the_umask()
    {
        AtomicFile.Write(_scratch["key.pem"], "secret");
        AtomicFile.Write(_scratch["page"], "open", AtomicFile.PublicRead);

        Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(_scratch["key.pem"]));
        Assert.Equal(AtomicFile.PublicRead, File.GetUnixFileMode(_scratch["page"]));
    }

    [Fact]
    public void keeps_the_old_content_and_leaves_no_temporary_file_when_it_fails()
    {
        Directory.CreateDirectory(_scratch["taken"]);

        var problem = Assert.Throws<ProblemException>(() => AtomicFile.Write(_scratch["taken"], "new")).Problem;

        Assert.Equal(KernelProblems.StateNotWritable, problem.Code);
        Assert.Equal([_scratch["taken"]], Directory.GetFileSystemEntries(_scratch.Path));
    }

    [Fact]
    public void takes_several_at_once_each_with_its_mode()
    {
        Directory.CreateDirectory(_scratch["a"]);
        Directory.CreateDirectory(_scratch["b"]);
        using var a = HeldFolder.Open(_scratch["a"]);
        using var b = HeldFolder.Open(_scratch["b"]);
        AtomicFile.Write(_scratch["b/two"], "old");

        AtomicFile.WriteAll(
        [
            new FileChange(a, "one") { Content = "1"u8.ToArray() },
            new FileChange(b, "two") { Content = "2"u8.ToArray(), Mode = AtomicFile.PublicRead },
            new FileChange(a, "empty") { Mode = AtomicFile.GroupRead },
        ]);

        Assert.Equal(("1", "2", ""), (File.ReadAllText(_scratch["a/one"]), File.ReadAllText(_scratch["b/two"]), File.ReadAllText(_scratch["a/empty"])));
        Assert.Equal(
            (AtomicFile.Private, AtomicFile.PublicRead, AtomicFile.GroupRead),
            (File.GetUnixFileMode(_scratch["a/one"]), File.GetUnixFileMode(_scratch["b/two"]), File.GetUnixFileMode(_scratch["a/empty"])));
        Assert.Equal(3, Directory.GetFiles(_scratch.Path, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void keeps_the_order_of_several_and_leaves_no_temporary_file_when_one_fails()
    {
        Directory.CreateDirectory(_scratch["taken"]);
        using var folder = HeldFolder.Open(_scratch.Path);

        var problem = Assert.Throws<ProblemException>(() => AtomicFile.WriteAll(
            [new FileChange(folder, "first"), new FileChange(folder, "taken"), new FileChange(folder, "last")])).Problem;

        Assert.Equal(KernelProblems.StateNotWritable, problem.Code);
        Assert.Contains("taken", problem.Found, StringComparison.Ordinal);
        Assert.Equal([_scratch["first"], _scratch["taken"]], Directory.GetFileSystemEntries(_scratch.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void puts_links_and_files_in_place_in_their_order_once_all_can_be()
    {
        using var folder = HeldFolder.Open(_scratch.Path);
        var seen = new List<string>();

        AtomicFile.WriteAll(
        [
            new FileChange(folder, "new") { Content = "1"u8.ToArray(), InPlace = Look },
            new FileChange(folder, "current") { Target = "new", InPlace = Look },
            new FileChange(folder, "last") { InPlace = Look },
        ]);

        Assert.Equal(["new", "current new", "current last new"], seen);
        Assert.Equal("1", File.ReadAllText(_scratch["current"]));
        using var gone = HeldFolder.Open(Directory.CreateDirectory(_scratch["gone"]).FullName);
        Directory.Delete(_scratch["gone"]);
        Assert.Throws<ProblemException>(() => AtomicFile.WriteAll([new FileChange(folder, "current") { Target = "other" }, new FileChange(gone, "file")]));
        Assert.Equal("new", new FileInfo(_scratch["current"]).LinkTarget);
        Assert.Equal(3, Directory.GetFileSystemEntries(_scratch.Path).Length);

        void Look() => seen.Add(string.Join(' ', Directory.GetFileSystemEntries(_scratch.Path).Select(Path.GetFileName).Where(name => !name!.StartsWith('.')).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void gives_what_root_writes_to_its_folders_owner_a_link_too()
    {
        Assert.SkipUnless(CurrentUser.IsRoot, "only root gives files away");
        var dokku = new FileOwner(4242, 4242);
        Directory.CreateDirectory(_scratch["theirs"]);
        dokku.Take(_scratch["theirs"]);
        using var theirs = HeldFolder.Open(_scratch["theirs"]);
        using var ours = HeldFolder.Open(_scratch.Path);

        AtomicFile.WriteAll([new FileChange(theirs, "a"), new FileChange(ours, "b"), new FileChange(theirs, "c") { Target = "a" }]);

        Assert.Equal((dokku, dokku), (FileOwner.OfItself(_scratch["theirs/a"]), FileOwner.OfItself(_scratch["theirs/c"])));
        Assert.Equal(new FileOwner(0, 0), FileOwner.OfItself(_scratch["b"]));
    }

    [Fact]
    public async Task never_shows_a_reader_half_of_it()
    {
        var (a, b) = (new string('a', 50_000), new string('b', 70_000));
        AtomicFile.Write(_scratch["file"], a);
        using var done = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                var seen = File.ReadAllText(_scratch["file"]);
                Assert.True(seen == a || seen == b, $"{seen.Length} characters");
            }
        });

        for (var i = 0; i < 50; i++)
        {
            AtomicFile.Write(_scratch["file"], i % 2 == 0 ? b : a);
        }

        await done.CancelAsync();
        await reader;
    }

    [Fact]
    public void points_a_link_at_a_folder_and_then_at_another_in_one_step()
    {
        Directory.CreateDirectory(_scratch["first"]);
        Directory.CreateDirectory(_scratch["second"]);

        AtomicFile.Link(_scratch["current"], "first");
        AtomicFile.Link(_scratch["current"], "second");

        Assert.Equal("second", new DirectoryInfo(_scratch["current"]).LinkTarget);
        Assert.Equal(3, Directory.GetFileSystemEntries(_scratch.Path).Length);
    }
}
