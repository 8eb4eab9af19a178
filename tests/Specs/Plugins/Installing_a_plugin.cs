using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Berth.TestKit;

namespace Berth.Specs.Plugins;

public sealed class Installing_a_plugin : IDisposable
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();
    private readonly ScratchFolder _scratch = new();

    public Installing_a_plugin() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "the contract lets only root install plugins");

    public void Dispose()
    {
        _scratch.Dispose();
        _berth.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Fact]
    public async Task clones_enables_and_runs_the_install_trigger()
    {
        var folder = await SmallPlugin.WriteAsync(_scratch, "one", ("install", "echo installing $(basename \"$PLUGIN_PATH\")"));
        await SmallPlugin.CommitAsync(folder, "1.0");

        var output = await _berth.OkAsync("plugin:install", folder);

        Assert.Equal(
            $"-----> Cloning plugin repo {folder} to {_berth.Lib}/plugins/available/one\n-----> Plugin one enabled\ninstalling plugins\n", output);
        Assert.True(Directory.Exists($"{_berth.Lib}/plugins/available/one/.git"));
        Assert.Equal($"{_berth.Lib}/plugins/available/one", Directory.ResolveLinkTarget($"{_berth.Lib}/plugins/enabled/one", returnFinalTarget: true)?.FullName);
    }

    [Fact]
    public async Task pins_to_a_tag_and_updates_from_there()
    {
        var folder = await SmallPlugin.WriteAsync(_scratch, "two", ("subcommands/default", "echo first"));
        await SmallPlugin.CommitAsync(folder, "1.0");
        await SmallPlugin.WriteAsync(_scratch, "two", ("subcommands/default", "echo second"));
        await SmallPlugin.CommitAsync(folder, "2.0");

        await _berth.OkAsync("plugin:install", folder, "--committish", "1.0");
        Assert.Equal("first\n", await _berth.OkAsync("two"));
        Assert.Equal("Plugin pinned to 1.0\n", await _berth.OkAsync("plugin:update", "two"));
        Assert.Equal("Plugin (two) updated and pinned to 2.0\n", await _berth.OkAsync("plugin:update", "two", "2.0"));
        Assert.Equal("second\n", await _berth.OkAsync("two"));
    }

    [Fact]
    public async Task follows_the_branch_and_runs_the_update_trigger()
    {
        var folder = await SmallPlugin.WriteAsync(_scratch, "three", ("update", "echo update ran"));
        await SmallPlugin.CommitAsync(folder, "1.0");
        await _berth.OkAsync("plugin:install", folder);
        await SmallPlugin.WriteAsync(_scratch, "three", ("subcommands/default", "echo new"));
        await SmallPlugin.CommitAsync(folder, "2.0");

        Assert.Equal("Plugin (three) updated\nupdate ran\n", await _berth.OkAsync("plugin:update", "three"));
        Assert.Equal("new\n", await _berth.OkAsync("three"));
    }

    [Theory]
    [InlineData("https://github.com/dokku/dokku-letsencrypt.git")]
    [InlineData("git@github.com:dokku/dokku-letsencrypt")]
    public async Task says_that_letsencrypt_is_built_in(string address)
    {
        var result = await _berth.RunAsync("plugin:install", address);
        Assert.Equal(0, result.Status);
        Assert.Contains("built in", result.Output, StringComparison.Ordinal);
        Assert.Contains("built in", await _berth.OkAsync("plugin:update", "letsencrypt"), StringComparison.Ordinal);
        Assert.Equal(0, (await _berth.RunAsync("plugin:installed", "letsencrypt")).Status);
    }

    [Fact]
    public async Task copies_a_folder_under_another_name_and_lists_it()
    {
        var folder = await SmallPlugin.WriteAsync(_scratch, "four");
        await _berth.OkAsync("plugin:install", $"file://{folder}", "--name", "other");

        var list = await _berth.OkAsync("plugin:list");
        Assert.StartsWith("plugn: ", list, StringComparison.Ordinal);
        Assert.Contains("\n  apps                 0.38.27 enabled    dokku core apps plugin\n", list, StringComparison.Ordinal);
        Assert.Contains("\n  other                1.2.3 enabled    four of a test\n", list, StringComparison.Ordinal);

        using var json = JsonDocument.Parse(await _berth.OkAsync("plugin:list", "--format", "json"));
        var other = json.RootElement.EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == "other");
        Assert.False(other.GetProperty("core").GetBoolean());
        Assert.Equal("", other.GetProperty("source_url").GetString());
    }

    [Theory]
    [InlineData("five.tar.gz", "-czf")]
    [InlineData("five.tar", "-cf")]
    public async Task unpacks_an_archive_and_lifts_its_only_folder(string archive, string how)
    {
        await SmallPlugin.WriteAsync(_scratch, "five", ("subcommands/default", "echo from an archive"));
        await ExternalProgram.SucceedAsync("tar", [how, _scratch[archive], "-C", _scratch.Path, "dokku-five"]);

        await _berth.OkAsync("plugin:install", _scratch[archive]);
        Assert.Equal("from an archive\n", await _berth.OkAsync("five"));
    }

    [Theory]
    [InlineData("../escaped", "")]
    [InlineData("/tmp/escaped", "")]
    [InlineData("link", "/etc")]
    [InlineData("link", "../..")]
    public async Task refuses_an_archive_that_leads_outside(string name, string target)
    {
        await WriteArchiveAsync(_scratch["bad.tgz"], name, target);
        var result = await _berth.RunAsync("plugin:install", _scratch["bad.tgz"]);
        Assert.Equal(1, result.Status);
        Assert.Contains("archive-refused", result.Error, StringComparison.Ordinal);
        Assert.Equal([], Directory.GetFileSystemEntries($"{_berth.Lib}/plugins/available").Where(entry => entry.Contains("bad", StringComparison.Ordinal) || entry.Contains("/.new", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task refuses_an_archive_that_unpacks_to_too_much()
    {
        await using (var file = File.Create(_scratch["bomb.tgz"]))
        await using (var zip = new GZipStream(file, CompressionLevel.Fastest))
        await using (var tar = new TarWriter(zip))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "zeros") { DataStream = new Zeros(300 << 20) });
        }

        var result = await _berth.RunAsync("plugin:install", _scratch["bomb.tgz"]);
        Assert.Contains("archive-too-large", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plugin:install", "https://", "plugin-source-invalid")]
    [InlineData("plugin:install", "-u/bin/x", null)]
    [InlineData("plugin:install", "ext::id", "plugin-source-invalid")]
    [InlineData("plugin:install", "/nowhere", "plugin-source-invalid")]
    [InlineData("plugin:trigger", "../../bin/id", "plugin-trigger-invalid")]
    public async Task says_what_is_wrong_with_an_address(string command, string word, string? code)
    {
        var result = await _berth.RunAsync(command, word);
        Assert.Equal(1, result.Status);
        Assert.Contains(code ?? "unknown flag", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task leaves_nothing_of_a_plugin_without_a_manifest()
    {
        var folder = await SmallPlugin.WriteAsync(_scratch, "six");
        File.Delete($"{folder}/plugin.toml");
        var result = await _berth.RunAsync("plugin:install", folder);
        Assert.Contains("plugin-manifest-invalid", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await _berth.RunAsync("plugin:installed", "six")).Status);
        Assert.DoesNotContain(Directory.GetFileSystemEntries($"{_berth.Lib}/plugins/available"), entry => entry.Contains(".new-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task does_not_install_twice_nor_over_a_part_of_berth()
    {
        var folder = await SmallPlugin.WriteAsync(_scratch, "seven");
        await _berth.OkAsync("plugin:install", folder);
        Assert.Contains("plugin-exists", (await _berth.RunAsync("plugin:install", folder)).Error, StringComparison.Ordinal);
        Assert.Equal(" !     Cannot install a core plugin\n", (await _berth.RunAsync("plugin:install", folder, "--name", "apps")).Error);
    }

    [Fact]
    public async Task switches_a_plugin_off_and_on_and_removes_it()
    {
        var folder = await SmallPlugin.WriteAsync(
            _scratch, "eight", ("subcommands/default", "echo here"), ("uninstall", "echo \"removing $1\""));
        await _berth.OkAsync("plugin:install", folder);

        Assert.Equal(" !     Plugin already enabled\n", (await _berth.RunAsync("plugin:enable", "eight")).Error);
        Assert.Equal("-----> Plugin eight disabled\n", await _berth.OkAsync("plugin:disable", "eight"));
        Assert.Equal(" !     Plugin already disabled\n", (await _berth.RunAsync("plugin:disable", "eight")).Error);
        Assert.Equal(1, (await _berth.RunAsync("eight")).Status);
        Assert.Equal(" !     Specified plugin not enabled or installed\n", (await _berth.RunAsync("plugin:update", "eight")).Error);
        Assert.Contains("\n  eight                1.2.3 disabled   eight of a test\n", await _berth.OkAsync("plugin:list"), StringComparison.Ordinal);
        Assert.Equal("-----> Plugin eight enabled\n", await _berth.OkAsync("plugin:enable", "eight"));
        Assert.Equal("here\n", await _berth.OkAsync("eight"));
        Assert.Equal("removing eight\n-----> Plugin eight uninstalled\n", await _berth.OkAsync("plugin:uninstall", "eight"));
        Assert.False(Path.Exists($"{_berth.Lib}/plugins/available/eight"));
        Assert.False(new FileInfo($"{_berth.Lib}/plugins/enabled/eight").LinkTarget is not null);
    }

    [Theory]
    [InlineData("plugin:enable", "", "Please specify a plugin to enable")]
    [InlineData("plugin:disable", "", "Please specify a plugin to disable")]
    [InlineData("plugin:uninstall", "", "Please specify a plugin to uninstall")]
    [InlineData("plugin:enable", "nope", "Plugin does not exist")]
    [InlineData("plugin:disable", "nope", "Plugin already disabled")]
    [InlineData("plugin:disable", "apps", "Cannot disable a core plugin")]
    [InlineData("plugin:uninstall", "config", "Cannot uninstall a core plugin")]
    [InlineData("plugin:uninstall", "nope", "Plugin (nope) is not currently installed")]
    [InlineData("plugin:update", "nope", "Specified plugin not enabled or installed")]
    [InlineData("plugin:update", "https://example.com/x.git", "Invalid plugin name specified")]
    [InlineData("plugin:uninstall", "../../home", "Invalid plugin name specified")]
    public async Task answers_in_the_contracts_words(string command, string name, string line)
    {
        var result = await _berth.RunAsync(name.Length == 0 ? [command] : [command, name]);
        Assert.Equal(1, result.Status);
        Assert.Equal($" !     {line}\n", result.Error);
    }

    private static async Task WriteArchiveAsync(string path, string name, string target)
    {
        await using var file = File.Create(path);
        await using var zip = new GZipStream(file, CompressionLevel.Fastest);
        await using var tar = new TarWriter(zip);
        await tar.WriteEntryAsync(target.Length == 0
            ? new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("x"u8.ToArray()) }
            : new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target });
    }

    /// <summary>As many zeros as asked for, without the memory.</summary>
    private sealed class Zeros(long length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, length - Position);
            buffer.AsSpan(offset, read).Clear();
            Position += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = offset;

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
