using Berth.Platform.Git;
using CsCheck;

namespace Berth.Platform.Tests.Git;

public sealed class Keeping_passwords
{
    private static readonly Gen<string> Word = Gen.String[Gen.Char["abcXYZ019.-_:@!#$%'é"], 1, 10].Where(Netrc.CanHold);
    private static readonly Gen<string> Host = Gen.String[Gen.Char["abc.-"], 1, 8];

    [Fact]
    public void finds_what_was_set_whatever_the_file_held() =>
        Gen.Select(Gen.String[Gen.Char["machine default login macdef pq#\n\t"], 0, 60].Where(text => !EndsOpen(text)), Host, Word, Word)
            .Sample((text, host, user, password) => Assert.Equal((user, password), Netrc.Find(Netrc.Set(text, host, user, password), host)));

    [Fact]
    public void leaves_the_other_hosts_as_they_were() =>
        Gen.Select(Gen.Select(Host, Word, Word).List[0, 5], Host, Word, Word).Sample((others, host, user, password) =>
        {
            var before = others.Aggregate("# mine\n", (text, entry) => Netrc.Set(text, entry.Item1, entry.Item2, entry.Item3));
            var after = Netrc.Remove(Netrc.Set(before, host, user, password), host);
            Assert.Null(Netrc.Find(after, host));
            foreach (var entry in others.Where(entry => entry.Item1 != host))
            {
                Assert.Equal(Netrc.Find(before, entry.Item1), Netrc.Find(after, entry.Item1));
            }
        });

    [Fact]
    public void never_throws_whatever_the_file_holds() => Gen.String.Sample(text =>
    {
        _ = Netrc.Find(text, "host");
        _ = Netrc.Remove(text, "host");
    });

    [Fact]
    public void reads_entries_over_several_lines_and_keeps_comments_and_macros()
    {
        const string text = "# first\nmachine a\n  login u\n  password p\nmacdef init\nmachine b login x password y\n\nmachine c login v password q\n";
        Assert.Equal(("u", "p"), Netrc.Find(text, "a"));
        Assert.Null(Netrc.Find(text, "b"));
        Assert.Equal(("v", "q"), Netrc.Find(text, "c"));
        Assert.Equal("# first\nmacdef init\nmachine b login x password y\n\nmachine c login v password q\n", Netrc.Remove(text, "a"));
    }

    [Fact]
    public void puts_a_new_host_before_the_entry_for_every_host() =>
        Assert.Equal("machine a login u password p\ndefault login x password y\n", Netrc.Set("default login x password y\n", "a", "u", "p"));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\nmachine b")]
    [InlineData("\"a")]
    [InlineData("#a")]
    public void refuses_words_that_would_break_the_file(string word) => Assert.False(Netrc.CanHold(word));

    /// <summary>A macro without an empty line behind it swallows all that follows; a word that waits for its value takes the next.</summary>
    private static bool EndsOpen(string text) =>
        text.Contains("mac", StringComparison.Ordinal) || text.Contains("log", StringComparison.Ordinal) || text.Contains('#', StringComparison.Ordinal);
}
