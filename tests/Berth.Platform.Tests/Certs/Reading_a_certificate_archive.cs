using System.Formats.Tar;
using System.Text;
using Berth.Kernel;
using Berth.Platform.Certs;
using CsCheck;

namespace Berth.Platform.Tests.Certs;

public sealed class Reading_a_certificate_archive
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task finds_the_two_files_in_folders_and_under_any_name()
    {
        var (certificate, key, names) = await CertificateArchive.ReadAsync(
            Tar(Folder("x/"), File("x/my.crt", "crt"), File("x/my.key", "key"), File("x/readme", "?"), File("x/._my.crt", "hidden")), named: false, Cancel);

        Assert.Equal(("crt", "key"), (certificate, key));
        Assert.Equal(["x/", "x/my.crt", "x/my.key", "x/readme", "x/._my.crt"], names);
    }

    [Theory]
    [InlineData("Tar archive is missing .crt file", "server.key")]
    [InlineData("Tar archive is missing .key file", "server.crt")]
    [InlineData("Tar archive contains more than one .crt file", "a.crt", "b.crt", "c.key")]
    [InlineData("Tar archive contains more than one .key file", "a.crt", "b.key", "c.key")]
    public async Task says_which_one_is_missing_or_one_too_many(string expected, params string[] files) =>
        Assert.Equal(expected, (await RefusedAsync(Tar([.. files.Select(name => File(name, "x"))]))).Found);

    [Theory]
    [InlineData("server.key", "CRT file specified not found, please check file paths")]
    [InlineData("server.crt", "KEY file specified not found, please check file paths")]
    public async Task speaks_of_files_where_files_were_named(string sent, string expected) =>
        Assert.Equal(expected, (await RefusedAsync(Tar(File(sent, "x")), named: true)).Found);

    [Fact]
    public async Task asks_for_an_archive_where_there_is_nothing()
    {
        Assert.Equal(CertificateProblems.ArchiveExpected, (await RefusedAsync(new MemoryStream())).Code);
        Assert.Equal(CertificateProblems.ArchiveExpected, (await RefusedAsync(Tar())).Code);
    }

    [Theory]
    [InlineData("../server.crt")]
    [InlineData("a/../../server.crt")]
    [InlineData("/etc/server.crt")]
    public async Task refuses_names_that_lead_outside(string name) =>
        Assert.Equal(CertificateProblems.ArchiveRefused, (await RefusedAsync(Tar(File(name, "x"), File("server.key", "x")))).Code);

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.BlockDevice)]
    public async Task refuses_what_is_no_plain_file(TarEntryType type)
    {
        var entry = new PaxTarEntry(type, "server.crt");
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            entry.LinkName = "/home/dokku/other/tls/server.crt";
        }

        Assert.Equal(CertificateProblems.ArchiveRefused, (await RefusedAsync(Tar(entry, File("server.key", "x")))).Code);
    }

    [Fact]
    public async Task refuses_what_is_larger_than_certificates_are()
    {
        Assert.Equal(CertificateProblems.ArchiveRefused, (await RefusedAsync(Tar(File("server.crt", new string('x', (1 << 20) + 1))))).Code);
        Assert.Equal(
            CertificateProblems.ArchiveRefused,
            (await RefusedAsync(Tar([.. Enumerable.Range(0, 101).Select(i => File($"{i}.txt", ""))]))).Code);
    }

    [Fact]
    public void never_fails_otherwise_than_with_a_problem()
    {
        var whole = Tar(File("server.crt", "certificate"), File("server.key", "key")).ToArray();
        Gen.Select(Gen.Int[0, whole.Length], Gen.Byte, Gen.Int[0, whole.Length - 1]).Sample((length, value, place) =>
        {
            var bytes = (byte[])whole.Clone();
            bytes[place] = value;
            try
            {
                CertificateArchive.ReadAsync(new MemoryStream(bytes, 0, length), named: false, Cancel).GetAwaiter().GetResult();
            }
            catch (ProblemException e)
            {
                Assert.NotEqual("", e.Problem.Found);
            }
        });
    }

    /// <summary>Headers may hold binary numbers: some are larger than any computer counts to.</summary>
    [Fact]
    public void fails_with_a_problem_at_a_header_with_too_large_a_number()
    {
        var whole = Tar(File("server.crt", "certificate"), File("server.key", "key")).ToArray();
        Assert.All(Enumerable.Range(0, whole.Length), place =>
        {
            var bytes = (byte[])whole.Clone();
            bytes[place] = 0xff;
            var failure = Record.Exception(() => CertificateArchive.ReadAsync(new MemoryStream(bytes), named: false, Cancel).GetAwaiter().GetResult());
            Assert.True(failure is null or ProblemException, failure?.ToString());
        });
    }

    private static async Task<Problem> RefusedAsync(Stream archive, bool named = false) =>
        (await Assert.ThrowsAsync<ProblemException>(() => CertificateArchive.ReadAsync(archive, named, Cancel))).Problem;

    private static PaxTarEntry Folder(string name) => new(TarEntryType.Directory, name);

    private static PaxTarEntry File(string name, string text) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    private static MemoryStream Tar(params TarEntry[] entries)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        archive.Position = 0;
        return archive;
    }
}
