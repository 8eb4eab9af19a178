using Berth.Platform.CommandLine;
using CsCheck;

namespace Berth.Platform.Tests.CommandLine;

public sealed class Guessing_what_was_meant
{
    private static readonly string[] Known = ["apps:create", "apps:list", "config:set", "letsencrypt", "letsencrypt:list"];

    [Theory]
    [InlineData("app:create", "apps:create")]
    [InlineData("apps:craete", "apps:create")]
    [InlineData("letsencypt", "letsencrypt")]
    [InlineData("conifg:set", "config:set")]
    public void finds_the_nearest_command(string typed, string expected) => Assert.Equal(expected, Nearest.Of(typed, Known));

    [Theory]
    [InlineData("docker")]
    [InlineData("")]
    [InlineData("x")]
    public void guesses_nothing_where_nothing_is_near(string typed) => Assert.Null(Nearest.Of(typed, Known));

    [Fact]
    public void never_throws_and_finds_a_word_that_is_known() => Gen.String.Sample(word =>
    {
        _ = Nearest.Of(word, Known);
        Assert.True(word.Length > 64 || Nearest.Of(word, [word]) == word);
    });
}
