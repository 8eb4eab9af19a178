using Berth.TestKit;

namespace Berth.Kernel.Tests;

/// <summary>One call of newer kernels and several of older ones find the same.</summary>
public sealed class Opening_a_path_without_links : IDisposable
{
    private static readonly FileOwner Dokku = new(4242, 4242);
    private readonly ScratchFolder _scratch = new();

    public Opening_a_path_without_links()
    {
        Directory.CreateDirectory(_scratch["real/inner"]);
        File.CreateSymbolicLink(_scratch["link"], "real");
        File.CreateSymbolicLink(_scratch["dangling"], "none");
    }

    public void Dispose()
    {
        LinklessPath.IsKnown = true;
        _scratch.Dispose();
    }

    [Fact]
    public void takes_one_call_and_leaves_every_link_to_the_other_ways()
    {
        var descriptor = LinklessPath.Open(_scratch["real/inner"], Posix.ReadOnly | Posix.CloseOnExec);

        Assert.True(descriptor >= 0);
        Assert.Equal(0, Posix.Close(descriptor));
        Assert.Equal(LinklessPath.Absent, LinklessPath.Open(_scratch["real/none"], Posix.ReadOnly));
        foreach (var path in (string[])["link", "link/inner", "link/none", "dangling", "real/../real", "real/./inner", "real//inner", "real/"])
        {
            Assert.Equal(LinklessPath.Untold, LinklessPath.Open($"{_scratch.Path}/{path}", Posix.ReadOnly));
        }

        Assert.Equal(LinklessPath.Untold, LinklessPath.Open("", Posix.ReadOnly));
        Assert.Equal(LinklessPath.Untold, LinklessPath.Open("real", Posix.ReadOnly));
        Assert.True(LinklessPath.IsKnown);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void tells_where_it_lies_in_truth(bool hasCall)
    {
        LinklessPath.IsKnown = hasCall;
        foreach (var path in (string[])["real/inner", "link/inner", "link/../real/inner", "real//inner/", "real/inner/."])
        {
            using var held = HeldFolder.Open($"{_scratch.Path}/{path}");
            Assert.Equal(_scratch["real/inner"], held.RealPath);
            using var straight = HeldFolder.OpenStraight($"{_scratch.Path}/{path}");
            Assert.Equal(_scratch["real/inner"], straight.RealPath);
        }

        Assert.Null(HeldFolder.TryOpen(_scratch["real/none"]));
        Assert.Null(HeldFolder.TryOpen(_scratch["dangling"]));
        Assert.Null(HeldFolder.TryOpenStraight(_scratch["link/none"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void says_the_same_of_what_is_no_folder(bool hasCall)
    {
        LinklessPath.IsKnown = hasCall;
        AtomicFile.Write(_scratch["file"], "");

        Assert.ThrowsAny<IOException>(() => HeldFolder.TryOpen(_scratch["file"]));
        Assert.ThrowsAny<IOException>(() => HeldFolder.TryOpenStraight(_scratch["file"]));
        Assert.ThrowsAny<IOException>(() => HeldFolder.TryOpenStraight(_scratch["file/below"]));
        Assert.Null(PlainFile.Read(_scratch["file/below"], isAllowed: _ => true));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void asks_of_a_file_where_it_lies_in_truth(bool hasCall)
    {
        LinklessPath.IsKnown = hasCall;
        AtomicFile.Write(_scratch["real/file"], "text");
        foreach (var path in (string[])["real/file", "link/file", "real/inner/../file"])
        {
            string? asked = null;
            Assert.Equal("text", PlainFile.Read($"{_scratch.Path}/{path}", isAllowed: real => (asked = real) is not null));
            Assert.Equal(_scratch["real/file"], asked);
        }

        Assert.Throws<IOException>(() => PlainFile.Read(_scratch["real/file"], isAllowed: _ => false));
        Assert.Null(PlainFile.Read(_scratch["real/none"], isAllowed: _ => false));
        Assert.Null(PlainFile.Read(_scratch["dangling"], isAllowed: _ => false));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void follows_roots_link_and_no_other_accounts(bool hasCall)
    {
        Assert.SkipUnless(CurrentUser.IsRoot, "only root could be led where others may not go");
        LinklessPath.IsKnown = hasCall;
        using (var held = HeldFolder.OpenStraight(_scratch["link/inner"]))
        {
            Assert.Equal(_scratch["real/inner"], held.RealPath);
        }

        Dokku.Take(_scratch.Path);

        Assert.Throws<StrayLinkException>(() => HeldFolder.TryOpenStraight(_scratch["link/inner"]));
        Assert.Throws<StrayLinkException>(() => HeldFolder.TryOpenStraight(_scratch["link"]));
        HeldFolder.OpenStraight(_scratch["real/inner"]).Dispose();
    }
}
