using Berth.TestKit;

namespace Berth.Kernel.Tests;

public sealed class Naming_a_fault_of_the_system
{
    [Theory]
    [InlineData(13, "Permission denied", "sudo")]
    [InlineData(28, "No space left on device", "Make room")]
    [InlineData(122, "Disk quota exceeded", "Make room")]
    [InlineData(30, "Read-only file system", "mounted read-only")]
    [InlineData(24, "Too many open files", "LimitNOFILE")]
    [InlineData(5, "Input/output error", "dmesg")]
    [InlineData(36, "File name too long", "shorter name")]
    public void says_what_helps_against_just_that(int number, string words, string remedy)
    {
        var problem = KernelProblems.NotWritable("/srv/berth/x", new IOException("in the framework's words", number));
        Assert.Equal($"Cannot write /srv/berth/x: {words}", problem.Found);
        Assert.Contains(remedy, problem.Remedy, StringComparison.Ordinal);
    }

    /// <summary>What root is not permitted is a matter of the file or its disk, and sudo would not help.</summary>
    [Fact]
    public void knows_what_root_may_not() => Assert.Contains(
        CurrentUser.IsRoot ? "lsattr -d /" : "sudo", KernelProblems.NotWritable("/nowhere/berth/x", new IOException("", 1)).Remedy, StringComparison.Ordinal);

    /// <summary>The folder that was to be looked at may not be there either; and a file may lie in its place.</summary>
    [Fact]
    public void names_what_is_there()
    {
        using var scratch = new ScratchFolder();
        File.Create(scratch["file"]).Dispose();

        Assert.Contains($"`df -h {scratch.Path}`", KernelProblems.NotWritable(scratch["none/x/y"], new IOException("", 28)).Remedy, StringComparison.Ordinal);
        Assert.Contains($"`ls -ld {scratch["file"]}`", KernelProblems.NotWritable(scratch["file/x"], new IOException("", 20)).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void reads_the_number_out_of_the_frameworks_own_exceptions()
    {
        using var scratch = new ScratchFolder();
        var taken = Record.Exception(() => File.Create(scratch.Path))!;
        var absent = Record.Exception(() => File.OpenRead(scratch["none"]))!;
        Assert.Equal(SystemFault.NoSuchEntry, SystemFault.Of(absent).Number);
        Assert.True(SystemFault.Of(taken).Number != 0, taken.ToString());
        Assert.DoesNotContain(scratch.Path, SystemFault.Of(taken).Words, StringComparison.Ordinal);
    }

    [Fact]
    public void keeps_a_foreign_path_from_steering_a_terminal() => Assert.DoesNotContain(
        '\x1b', KernelProblems.NotWritable("/srv/\x1b[2J", new IOException("", 28)).Found);
}
