using CsCheck;

namespace Berth.Kernel.Tests;

public sealed class Parsing_a_host
{
    [Theory]
    [InlineData("203.0.113.5", "203.0.113.5", "203.0.113.5")]
    [InlineData("2001:DB8:0::1", "2001:db8::1", "[2001:db8::1]")]
    [InlineData("[2001:db8::1]", "2001:db8::1", "[2001:db8::1]")]
    [InlineData("WWW.Example.com", "www.example.com", "www.example.com")]
    public void takes_names_and_addresses_and_writes_each_in_one_way(string text, string kept, string inUrl)
    {
        Assert.True(DomainName.TryParseHost(text, out var host, out _));

        Assert.Equal(kept, host.Text);
        Assert.Equal(inUrl, host.UrlHost);
        Assert.Equal(kept != "www.example.com", host.Address is not null);
        Assert.Equal(kept == "www.example.com", DomainName.TryParse(text, out _));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("010.0.0.1")]
    [InlineData("300.1.1.1")]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("ff02::1")]
    [InlineData("fe80::1%eth0")]
    [InlineData("::ffff:203.0.113.5")]
    [InlineData("203.0.113.5:80")]
    [InlineData("[2001:db8::1]:443")]
    [InlineData("[203.0.113.5]")]
    public void refuses_what_no_visitor_comes_to(string text) => Assert.False(DomainName.TryParseHost(text, out _, out _));

    [Fact]
    public void reads_what_it_has_written_and_throws_at_nothing() => Gen.OneOf(Gen.String, Gen.String["0123456789abcdef:.[]%"]).Sample(text =>
        !DomainName.TryParseHost(text, out var host, out _) || (DomainName.TryParseHost(host.Text, out var again, out _) && again == host));
}
