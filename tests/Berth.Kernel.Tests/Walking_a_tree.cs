using Berth.TestKit;

namespace Berth.Kernel.Tests;

public sealed class Walking_a_tree : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void removes_all_below_and_no_more_than_the_links_that_lead_out()
    {
        Directory.CreateDirectory(_scratch["outside"]);
        File.Create(_scratch["outside/precious"]).Dispose();
        Directory.CreateDirectory(_scratch["tree/a/b"]);
        File.Create(_scratch["tree/a/b/file"]).Dispose();
        Directory.CreateSymbolicLink(_scratch["tree/a/out"], _scratch["outside"]);
        Directory.CreateSymbolicLink(_scratch["tree/loop"], ".");

        FolderTree.Delete(_scratch["tree"]);

        Assert.False(Directory.Exists(_scratch["tree"]));
        Assert.True(File.Exists(_scratch["outside/precious"]));
    }

    [Fact]
    public async Task removes_what_is_nested_deeper_than_any_path_may_be_long()
    {
        Directory.CreateDirectory(_scratch["tree"]);
        await ExternalProgram.SucceedAsync(
            "perl", ["-e", "chdir $ARGV[0]; for (1 .. 2000) { open my $f, '>', 'file'; mkdir 'folder' and chdir 'folder' or die }", _scratch["tree"]]);

        FolderTree.Delete(_scratch["tree"]);

        Assert.False(Directory.Exists(_scratch["tree"]));
    }

    [Fact]
    public async Task removes_a_name_that_no_encoding_knows()
    {
        Directory.CreateDirectory(_scratch["tree"]);
        await ExternalProgram.SucceedAsync("perl", ["-e", "open my $f, '>', \"$ARGV[0]/\\xff\\xfe\" or die", _scratch["tree"]]);

        FolderTree.Delete(_scratch["tree"]);

        Assert.False(Directory.Exists(_scratch["tree"]));
    }

    [Fact]
    public void does_nothing_where_there_is_nothing()
    {
        FolderTree.Delete(_scratch["nothing"]);
        FolderTree.Delete(_scratch["nothing/at/all"]);
        Assert.Empty(Directory.GetFileSystemEntries(_scratch.Path));
    }

    [Fact]
    public async Task gives_links_themselves_away_and_not_what_they_lead_to()
    {
        Assert.SkipUnless(CurrentUser.IsRoot, "only root gives files away");
        Directory.CreateDirectory(_scratch["outside/deep"]);
        Directory.CreateDirectory(_scratch["tree/a"]);
        File.Create(_scratch["tree/a/file"]).Dispose();
        Directory.CreateSymbolicLink(_scratch["tree/out"], _scratch["outside"]);
        Directory.CreateSymbolicLink(_scratch["tree/again"], ".");

        new FileOwner(4242, 4243).TakeTree(_scratch["tree"]);

        Assert.Equal("4242:4243", (await ExternalProgram.SucceedAsync("stat", ["-c", "%u:%g", _scratch["tree/a/file"]])).Trim());
        Assert.Equal("4242:4243", (await ExternalProgram.SucceedAsync("stat", ["-c", "%u:%g", _scratch["tree/out"]])).Trim());
        Assert.Equal(new FileOwner(0, 0), FileOwner.Of(_scratch["outside"]));
        Assert.Equal(new FileOwner(0, 0), FileOwner.Of(_scratch["outside/deep"]));
    }
}
