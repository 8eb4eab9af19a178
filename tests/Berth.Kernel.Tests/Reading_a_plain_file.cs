using Berth.TestKit;

namespace Berth.Kernel.Tests;

public sealed class Reading_a_plain_file : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task gives_its_text_without_a_byte_order_mark_and_null_for_none()
    {
        await File.WriteAllBytesAsync(_scratch["file"], [0xef, 0xbb, 0xbf, .. "text\n"u8]);
        Assert.Equal("text\n", PlainFile.Read(_scratch["file"]));
        Assert.Null(PlainFile.Read(_scratch["none"]));
        Assert.Null(PlainFile.Read(_scratch["file/below"]));
    }

    [Fact]
    public async Task takes_as_much_as_the_limit_and_not_a_byte_more()
    {
        await File.WriteAllTextAsync(_scratch["file"], new string('x', 10_000));
        Assert.Equal(10_000, PlainFile.Read(_scratch["file"], limit: 10_000)!.Length);
        Assert.Throws<IOException>(() => PlainFile.Read(_scratch["file"], limit: 9_999));
    }

    [Fact]
    public void reads_the_kernels_own_files_to_their_end_though_they_have_no_size()
    {
        Assert.Equal(File.ReadAllText("/proc/version"), PlainFile.Read("/proc/version"));
        var maps = PlainFile.Read("/proc/self/maps")!;
        Assert.True(maps.Length > 4096, "this process has more memory mapped than one read takes");
        Assert.Equal(File.ReadLines("/proc/self/maps").Last(), maps.TrimEnd('\n').Split('\n')[^1]);
    }

    [Fact]
    public async Task refuses_what_is_no_plain_file_without_waiting_for_it()
    {
        await ExternalProgram.SucceedAsync("mkfifo", [_scratch["fifo"]]);
        Assert.Throws<IOException>(() => PlainFile.Read(_scratch["fifo"]));
        Assert.Throws<IOException>(() => PlainFile.Read(_scratch.Path));
        Assert.Throws<IOException>(() => PlainFile.Read("/dev/zero"));
    }

    [Fact]
    public async Task asks_where_it_truly_lies_and_reads_nothing_that_is_not_allowed()
    {
        await File.WriteAllTextAsync(_scratch["secret"], "secret");
        File.CreateSymbolicLink(_scratch["link"], _scratch["secret"]);
        string? asked = null;

        var fault = Assert.Throws<IOException>(() => PlainFile.Read(_scratch["link"], isAllowed: real => (asked = real) == "never"));

        Assert.Equal(_scratch["secret"], asked);
        Assert.DoesNotContain("secret:", fault.Message, StringComparison.Ordinal);
        Assert.Equal("secret", PlainFile.Read(_scratch["link"], isAllowed: _ => true));
    }
}
