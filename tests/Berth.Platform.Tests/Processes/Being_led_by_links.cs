using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes;
using Berth.Platform.Processes.Output;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.Processes;

/// <summary>A daemon that is root keeps what was printed in folders of another account, which can put links there.</summary>
public sealed class Being_led_by_links : IDisposable
{
    private const string Secret = "DB_PASSWORD=root's";
    private static readonly AppName App = AppName.Parse("hello");
    private static readonly FileOwner Dokku = new(4242, 4242);
    private readonly ScratchFolder _scratch = new();
    private readonly KeepRule _rule = new(10, "events.1.log", AtomicFile.Private, PrivateFolder.OwnerOnly);

    public Being_led_by_links()
    {
        Assert.SkipUnless(CurrentUser.IsRoot, "only root could be led where others may not go");
        Directory.CreateDirectory(_scratch["lib/hello"]);
        Dokku.TakeTree(_scratch["lib"]);
        Directory.CreateDirectory(_scratch["root"]);
        AtomicFile.Write(_scratch["root/secret"], Secret);
    }

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("lib/hello/web.1.7.log", "root/secret")]
    [InlineData("lib/hello", "root")]
    public async Task shows_no_log_that_a_link_stands_for(string link, string target)
    {
        var name = link.EndsWith(".log", StringComparison.Ordinal) ? "web.1.7.log" : "web.1.8.log";
        AtomicFile.Write(_scratch["root/web.1.8.log"], Secret);
        PutLink(link, target);
        var reader = new LogReader(new LogSettings { Folder = _scratch["lib"] }, TimeProvider.System);

        var problem = await Assert.ThrowsAsync<ProblemException>(async () =>
        {
            await foreach (var line in reader.ReadAsync(App, new LogQuery()))
            {
                Assert.DoesNotContain("DB_PASSWORD", line.Text, StringComparison.Ordinal);
            }
        });

        Assert.Equal(StorageProblems.StateUnreadable, problem.Problem.Code);
        Assert.Contains(name, problem.Problem.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lib/hello/events.log", "root/secret")]
    [InlineData("lib/hello", "root")]
    public void adds_to_no_file_that_a_link_leads_to(string link, string target)
    {
        PutLink(link, target);

        Assert.ThrowsAny<Exception>(() => KeptFile.Append(_scratch["lib/hello/events.log"], "x\n"u8, _rule));
        Assert.False(LogRotation.RotateIfLarge(_scratch["lib/hello/events.log"], 1));

        Assert.Equal(Secret, File.ReadAllText(_scratch["root/secret"]));
        Assert.Equal([_scratch["root/secret"]], Directory.GetFileSystemEntries(_scratch["root"]));
    }

    [Fact]
    public void keeps_a_file_that_grows_and_one_older()
    {
        foreach (var word in (string[])["0123456789a\n", "b\n", "c\n"])
        {
            KeptFile.Append(_scratch["lib/new/events.log"], System.Text.Encoding.UTF8.GetBytes(word), _rule);
        }

        Assert.Equal("0123456789a\n", File.ReadAllText(_scratch["lib/new/events.1.log"]));
        Assert.Equal("b\nc\n", File.ReadAllText(_scratch["lib/new/events.log"]));
    }

    [Fact]
    public void keeps_no_build_log_through_a_link()
    {
        PutLink("lib/hello/1.log", "root/secret");

        using (var log = BuildLog.Open(_scratch["lib/hello/1.log"]))
        {
            log.Write(OutputChannel.Standard, "overwritten"u8);
        }

        Assert.Equal(Secret, File.ReadAllText(_scratch["root/secret"]));
    }

    [Theory]
    [InlineData("Procfile")]
    [InlineData("app.json")]
    public void reads_nothing_outside_of_a_release(string name)
    {
        PutLink($"lib/hello/{name}", "root/secret");
        var problem = Assert.ThrowsAny<IOException>(() => ReleaseFile.Read(_scratch["lib/hello"], _scratch[$"lib/hello/{name}"]));
        Assert.DoesNotContain("DB_PASSWORD", problem.ToString(), StringComparison.Ordinal);

        File.Delete(_scratch[$"lib/hello/{name}"]);
        AtomicFile.Write(_scratch["lib/hello/other"], "web: ./server");
        File.CreateSymbolicLink(_scratch[$"lib/hello/{name}"], "other");
        Assert.Equal("web: ./server", ReleaseFile.Read(_scratch["lib/hello"], _scratch[$"lib/hello/{name}"]));
        Assert.Null(ReleaseFile.Read(_scratch["lib/hello"], _scratch["lib/hello/none"]));
    }

    [Fact]
    public void copies_a_link_of_a_release_as_a_link()
    {
        PutLink("lib/hello/Procfile", "root/secret");
        Directory.CreateDirectory(_scratch["lib/hello/bin"]);
        AtomicFile.Write(_scratch["lib/hello/bin/server"], "#!/bin/sh\n");
        File.SetUnixFileMode(_scratch["lib/hello/bin/server"], PrivateFolder.GroupRead);

        TreeCopy.Run(_scratch["lib/hello"], _scratch["lib/copy"], static _ => false, CancellationToken.None);

        Assert.Equal(_scratch["root/secret"], new FileInfo(_scratch["lib/copy/Procfile"]).LinkTarget);
        Assert.Equal("#!/bin/sh\n", File.ReadAllText(_scratch["lib/copy/bin/server"]));
        Assert.Equal(PrivateFolder.GroupRead, File.GetUnixFileMode(_scratch["lib/copy/bin/server"]));
    }

    private void PutLink(string link, string target)
    {
        if (Directory.Exists(_scratch[link]))
        {
            Directory.Delete(_scratch[link]);
        }

        File.CreateSymbolicLink(_scratch[link], _scratch[target]);
    }
}
