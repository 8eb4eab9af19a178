using CsCheck;

namespace Berth.Kernel.Tests;

public sealed class Parsing_a_domain_name
{
    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("WWW.Example.COM", "www.example.com")]
    [InlineData("*.example.com", "*.example.com")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("hello.localhost", "hello.localhost")]
    public void folds_it_to_what_a_certificate_carries(string text, string expected) =>
        Assert.Equal(expected, DomainName.Parse(text).Text);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("https://example.com", "scheme")]
    [InlineData("example.com/path", "'/'")]
    [InlineData("example.com:8080", "ports")]
    [InlineData("my example.com", "space")]
    [InlineData("a_b.example.com", "'_'")]
    [InlineData("example.com.", "dot")]
    [InlineData("a..b", "empty label")]
    [InlineData("-a.example", "hyphen")]
    [InlineData("a.*.example", "wildcard")]
    [InlineData("*example.com", "wildcard")]
    [InlineData("a$(id).example", "characters")]
    [InlineData("b\u00fc\u202echer.example", "characters")]
    [InlineData("shop\u200b.example", "characters")]
    public void refuses_what_is_none_and_says_why(string text, string why)
    {
        Assert.False(DomainName.TryParse(text, out _, out var reason));
        Assert.Contains(why, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void accepts_a_label_of_63_characters_and_refuses_64()
    {
        Assert.True(DomainName.TryParse(new string('a', 63) + ".example", out _));
        Assert.False(DomainName.TryParse(new string('a', 64) + ".example", out _));
    }

    [Fact]
    public void never_throws_and_is_stable_under_parsing_again() =>
        Gen.String.Sample(text =>
        {
            if (DomainName.TryParse(text, out var name, out _))
            {
                Assert.Equal(name, DomainName.Parse(name.Text));
                Assert.DoesNotContain(name.Text, c => c is '/' or ' ' or ':' or '\n');
            }
        });

    /// <summary>One that is written as it is kept is read by a shorter way, which capitals do not go.</summary>
    [Fact]
    public void reads_a_name_as_it_would_in_capitals() =>
        Gen.String["abxn09.-*_"].Sample(text => Assert.Equal(
            (DomainName.TryParse(text.ToUpperInvariant(), out var capitals), capitals), (DomainName.TryParse(text, out var name), name)));
}
