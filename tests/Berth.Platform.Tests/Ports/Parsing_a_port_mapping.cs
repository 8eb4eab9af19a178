using Berth.Platform.Ports;
using CsCheck;

namespace Berth.Platform.Tests.Ports;

public sealed class Parsing_a_port_mapping
{
    [Theory]
    [InlineData("http:80:5000")]
    [InlineData("https:443:5000")]
    [InlineData("grpc:1:65535")]
    public void takes_scheme_host_port_and_container_port(string word)
    {
        Assert.True(PortMapping.TryParse(word, out var mapping, out _));
        Assert.Equal(word, mapping.ToString());
    }

    [Theory]
    [InlineData("", "len=1")]
    [InlineData("80", "len=1")]
    [InlineData("http:80", "len=2")]
    [InlineData("http:80:5000:1", "err=strconv.Atoi: parsing \"5000:1\": invalid syntax")]
    [InlineData("http:x:5000", "err=strconv.Atoi: parsing \"x\": invalid syntax")]
    [InlineData("http:80:", "err=strconv.Atoi: parsing \"\": invalid syntax")]
    [InlineData("http:99999999999999999999:1", "err=strconv.Atoi: parsing \"99999999999999999999\": value out of range")]
    [InlineData("http:0:5000", "hostPort=0")]
    [InlineData("http:65536:5000", "hostPort=65536")]
    [InlineData("http:-1:5000", "hostPort=-1")]
    [InlineData("http:80:0", "containerPort=0")]
    [InlineData(":80:5000", "scheme=")]
    [InlineData("HTTP:80:5000", "scheme=HTTP")]
    [InlineData("a/../b:80:5000", "scheme=a/../b")]
    public void says_what_is_wrong_in_the_words_scripts_know(string word, string expected)
    {
        Assert.False(PortMapping.TryParse(word, out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void reads_back_what_it_writes() => Gen.Select(Gen.Char['a', 'z'].Array[1, 16], Gen.Int[1, 65535], Gen.Int[1, 65535]).Sample(
        (scheme, host, container) =>
        {
            var word = $"{new string(scheme)}:{host}:{container}";
            Assert.True(PortMapping.TryParse(word, out var mapping, out _));
            Assert.Equal(word, mapping.ToString());
            Assert.Equal((host, container), (mapping.HostPort, mapping.ContainerPort));
        });

    [Fact]
    public void never_fails_otherwise_than_by_saying_so() => Gen.OneOf(Gen.String, Gen.Char[":0159htp-+ \n"].Array.Select(c => new string(c)))
        .Sample(word => Assert.Equal(PortMapping.TryParse(word, out var mapping, out var fault), mapping is not null && fault is null));
}
