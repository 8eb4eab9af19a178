using System.Formats.Tar;
using System.IO.Compression;
using Berth.Kernel;
using Berth.Platform.Builds;
using Berth.TestKit;
using CsCheck;

namespace Berth.Platform.Tests.Builds;

public sealed class Unpacking_an_archive : IDisposable
{
    private static readonly ArchiveLimits Limits = new(1000, 5);
    private readonly ScratchFolder _scratch = new();

    public Unpacking_an_archive() => Directory.CreateDirectory(_scratch["release"]);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task keeps_names_content_execute_bits_and_links_that_stay_inside()
    {
        await UnpackAsync(writer =>
        {
            Add(writer, "bin/run", "#!/bin/sh\n", UnixFileMode.UserRead | UnixFileMode.UserExecute);
            Add(writer, "Procfile", "web: ./run\n");
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "run") { LinkName = "bin/run" });
        });

        Assert.Equal("#!/bin/sh\n", await File.ReadAllTextAsync(_scratch["release/run"]));
        Assert.True(File.GetUnixFileMode(_scratch["release/bin/run"]).HasFlag(UnixFileMode.UserExecute));
        Assert.False(File.GetUnixFileMode(_scratch["release/Procfile"]).HasFlag(UnixFileMode.UserExecute));
    }

    [Theory]
    [InlineData(199, true)]
    [InlineData(2000, false)]
    public async Task refuses_a_name_that_lies_deeper_than_any_code_does(int depth, bool isTaken)
    {
        var name = string.Concat(Enumerable.Repeat("d/", depth)) + "f";
        if (isTaken)
        {
            await UnpackAsync(writer => Add(writer, name, "x"));
        }
        else
        {
            await RefusedAsync(writer => Add(writer, name, "x"));
        }

        Assert.Equal(isTaken, Directory.EnumerateFileSystemEntries(_scratch["release"]).Any());
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../outside")]
    public async Task refuses_a_name_that_leads_outside(string name)
    {
        await RefusedAsync(writer => Add(writer, name, "x"));
        Assert.Equal([_scratch["release"]], Directory.GetFileSystemEntries(_scratch.Path));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../outside")]
    [InlineData("a/../../../outside")]
    [InlineData("a/../b")]
    public async Task refuses_a_link_that_leads_or_could_lead_outside(string target) =>
        await RefusedAsync(writer => writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = target }));

    [Fact]
    public async Task writes_nothing_through_a_link()
    {
        Directory.CreateDirectory(_scratch["outside"]);
        await RefusedAsync(writer =>
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "dir") { LinkName = "." });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "dir/sub") { LinkName = "x" });
        });
    }

    [Theory]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.BlockDevice)]
    [InlineData(TarEntryType.Fifo)]
    public async Task refuses_what_is_neither_file_folder_nor_link(TarEntryType type) => await RefusedAsync(writer =>
    {
        var entry = new PaxTarEntry(type, "thing");
        if (type == TarEntryType.HardLink)
        {
            entry.LinkName = "Procfile";
        }

        writer.WriteEntry(entry);
    });

    [Fact]
    public async Task takes_as_many_bytes_as_allowed_and_not_one_more()
    {
        await UnpackAsync(writer => Add(writer, "fits", new string('x', 1000)));
        await ProblemAsync(BuildProblems.ArchiveTooLarge, writer => Add(writer, "does-not", new string('x', 1001)));
    }

    [Fact]
    public async Task takes_as_many_entries_as_allowed_and_not_one_more()
    {
        await UnpackAsync(writer => AddMany(writer, 5));
        Directory.Delete(_scratch["release"], recursive: true);
        Directory.CreateDirectory(_scratch["release"]);
        await ProblemAsync(BuildProblems.ArchiveTooLarge, writer => AddMany(writer, 6));
    }

    [Theory]
    [InlineData((byte)'x')]
    [InlineData((byte)'g')]
    [InlineData((byte)'L')]
    public async Task refuses_an_extended_header_that_would_fill_the_memory(byte type)
    {
        var header = new byte[512];
        "name"u8.CopyTo(header);
        "0000644"u8.CopyTo(header.AsSpan(100));
        "05000000000"u8.CopyTo(header.AsSpan(124)); // 640 MiB
        header[156] = type;
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        var sum = header.Sum(b => b);
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);

        var failure = await Assert.ThrowsAsync<ProblemException>(
            () => Archive.UnpackAsync(new MemoryStream(header), _scratch["release"], Limits, CancellationToken.None));

        Assert.Equal(BuildProblems.ArchiveRefused, failure.Problem.Code);
    }

    [Fact]
    public async Task says_that_nothing_was_sent()
    {
        var failure = await Assert.ThrowsAsync<ProblemException>(() => UnpackAsync(_ => { }));
        Assert.Equal("Nothing was sent: the folder is empty, or standard input was.", failure.Problem.Found);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task says_that_it_is_compressed(int size)
    {
        using var archive = new MemoryStream();
        await using (var gzip = new GZipStream(archive, CompressionLevel.NoCompression, leaveOpen: true))
        await using (var writer = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            Add(writer, "Procfile", new string('x', size));
        }

        archive.Position = 0;
        var failure = await Assert.ThrowsAsync<ProblemException>(() => Archive.UnpackAsync(archive, _scratch["release"], Limits, CancellationToken.None));
        Assert.Equal("What was sent is compressed with gzip.", failure.Problem.Found);
    }

    [Fact]
    public async Task takes_a_file_in_it_that_begins_as_gzip_does()
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "f") { DataStream = new MemoryStream([0x1f, 0x8b, 8]) });
        }

        archive.Position = 0;
        await Archive.UnpackAsync(archive, _scratch["release"], Limits, CancellationToken.None);
        Assert.Equal([0x1f, 0x8b, 8], await File.ReadAllBytesAsync(_scratch["release/f"]));
    }

    [Fact]
    public async Task refuses_what_is_no_archive_with_a_problem() => await Gen.Byte.Array[0, 2000].SampleAsync(async bytes =>
    {
        using var scratch = new ScratchFolder();
        try
        {
            await Archive.UnpackAsync(new MemoryStream(bytes), scratch.Path, Limits, CancellationToken.None);
        }
        catch (ProblemException)
        {
            // The only way to fail.
        }
    }, iter: 300);

    /// <summary>Headers may hold binary numbers: some are larger than any computer counts to.</summary>
    [Fact]
    public async Task refuses_a_header_with_too_large_a_number_with_a_problem()
    {
        using var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            Add(writer, "Procfile", "web: ./run\n");
        }

        for (var place = 0; place < archive.Length; place++)
        {
            var bytes = archive.ToArray();
            bytes[place] = 0xff;
            using var scratch = new ScratchFolder();
            var failure = await Record.ExceptionAsync(() => Archive.UnpackAsync(new MemoryStream(bytes), scratch.Path, Limits, CancellationToken.None));
            Assert.True(failure is null or ProblemException, $"{place}: {failure}");
        }
    }

    private static void AddMany(TarWriter writer, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Add(writer, $"file{i}", "");
        }
    }

    private static void Add(TarWriter writer, string name, string content, UnixFileMode mode = UnixFileMode.UserRead) =>
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            Mode = mode,
            DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)),
        });

    private Task RefusedAsync(Action<TarWriter> write) => ProblemAsync(BuildProblems.ArchiveRefused, write);

    private async Task ProblemAsync(ProblemCode code, Action<TarWriter> write)
    {
        var failure = await Assert.ThrowsAsync<ProblemException>(() => UnpackAsync(write));
        Assert.Equal(code, failure.Problem.Code);
    }

    private async Task UnpackAsync(Action<TarWriter> write)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            write(writer);
        }

        archive.Position = 0;
        await Archive.UnpackAsync(archive, _scratch["release"], Limits, CancellationToken.None);
    }
}
