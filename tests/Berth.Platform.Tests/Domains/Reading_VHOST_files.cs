using System.Text;
using Berth.Kernel;
using Berth.Platform.Domains;
using Berth.Platform.Tests.Support;
using Berth.Storage;
using Berth.TestKit;
using CsCheck;

namespace Berth.Platform.Tests.Domains;

public sealed class Reading_VHOST_files
{
    [Fact]
    public void never_throws_whatever_the_file_holds_and_names_each_wrong_line() => Gen.String.Sample(text =>
    {
        var file = VhostFile.Parse("/home/dokku/hello/VHOST", text);
        Assert.Equal(file.Lines.Count(line => line.Fault is not null), file.Faults.Count());
        Assert.All(file.Faults, fault => Assert.StartsWith("/home/dokku/hello/VHOST line ", fault.Found, StringComparison.Ordinal));
    });

    [Fact]
    public async Task stays_as_it_was_when_what_was_added_is_removed_again()
    {
        using var room = new Room();
        var domains = new DomainStore(room.Store, room.Config, TimeProvider.System);
        await Gen.OneOf<string>("# mine", "", "  ", "a.org", "B.org\r", "bad line", "_", "#new.org").Array[0, 6].Select(lines => string.Join('\n', lines)).SampleAsync(
            async text =>
            {
                AtomicFile.Write(room.Scratch["home/hello/VHOST"], text);
                await domains.AddAsync(Room.App, ["new.org", "newer.org"], default);
                Assert.EndsWith("new.org\nnewer.org\n", File.ReadAllText(room.Scratch["home/hello/VHOST"]), StringComparison.Ordinal);
                await domains.RemoveAsync(Room.App, ["newer.org", "new.org"], default);
                var expected = text.Length == 0 ? "" : string.Concat(text.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd() + "\n"));
                Assert.Equal(expected, File.ReadAllText(room.Scratch["home/hello/VHOST"]));
            },
            iter: 50,
            threads: 1);
    }

    [Theory]
    [InlineData("a.example.com\r\nB.example.com\r\n", "a.example.com b.example.com")]
    [InlineData("# mine\n\n  a.example.com  \n_\n", "a.example.com")]
    [InlineData("a.example.com/path\nb.example.com", "b.example.com")]
    [InlineData("a.example.com\na.example.com", "a.example.com")]
    [InlineData("a.example.com\n# shop of M\uFFFDller\nm\uFFFDller.example.com\nb.example\0.com\nc.example.com", "a.example.com c.example.com")]
    public void keeps_the_good_lines_in_service(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', VhostFile.Parse("VHOST", text).Domains));

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void understands_a_byte_order_mark(string encoding)
    {
        using var scratch = new ScratchFolder();
        Directory.CreateDirectory(scratch["home"]);
        File.WriteAllText(scratch["home/VHOST"], "a.example.com\r\n", Encoding.GetEncoding(encoding));
        var store = new FileStateStore(new StateRoots(scratch["home"], scratch["lib"]), TimeProvider.System);
        Assert.Equal("a.example.com", Assert.Single(VhostFile.Parse("VHOST", store.Read(StatePath.Home("VHOST"))!).Domains).Text);
    }

    /// <summary>As an editor of old writes it: only what cannot be read is out of service, and only that is told of.</summary>
    [Fact]
    public void names_the_very_lines_that_are_no_utf8_text() =>
        Assert.Equal([3], VhostFile.Parse("VHOST", "a.example.com\n# M\uFFFDller\nm\uFFFDller.example.com").Lines.Where(line => line.Fault is not null).Select(line => line.Number));

    [Fact]
    public void says_that_a_file_is_no_utf8_text_where_no_mark_tells()
    {
        var file = VhostFile.Parse("VHOST", Encoding.UTF8.GetString(Encoding.Unicode.GetBytes("a.example.com\n")));
        Assert.Empty(file.Domains);
        Assert.Contains("UTF-16", Assert.Single(file.Faults).Found, StringComparison.Ordinal);
    }
}
