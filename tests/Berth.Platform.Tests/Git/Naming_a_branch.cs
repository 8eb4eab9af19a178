using Berth.Platform.Git;

namespace Berth.Platform.Tests.Git;

public sealed class Naming_a_branch
{
    [Theory]
    [InlineData("main")]
    [InlineData("feature/x-1_y.z")]
    [InlineData("a@b")]
    public void takes_what_git_takes(string name) => Assert.True(AppRepository.IsBranch(name));

    [Theory]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("a b")]
    [InlineData("a..b")]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/.b")]
    [InlineData("a.lock")]
    [InlineData("a.")]
    [InlineData("@")]
    [InlineData("a@{1}")]
    [InlineData("a\nb")]
    [InlineData("a~1")]
    [InlineData("a^")]
    [InlineData("a:b")]
    [InlineData("a?")]
    [InlineData("a*")]
    [InlineData("a[")]
    [InlineData("a\\b")]
    public void refuses_what_git_refuses(string name) => Assert.False(AppRepository.IsBranch(name));
}
