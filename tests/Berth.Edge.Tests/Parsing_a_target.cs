using Berth.Kernel;

namespace Berth.Edge.Tests;

public sealed class Parsing_a_target
{
    [Theory]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5000")]
    [InlineData("http://172.17.0.2:5000/", "http://172.17.0.2:5000")]
    [InlineData("HTTP://Web.internal", "http://web.internal:80")]
    [InlineData("http://[::1]:5000", "http://[::1]:5000")]
    public void keeps_host_and_port(string text, string expected) => Assert.Equal(expected, EdgeTarget.Parse(text).Address);

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:5000")]
    [InlineData("https://127.0.0.1:5000")]
    [InlineData("http://127.0.0.1:5000/path")]
    [InlineData("http://127.0.0.1:5000/?query")]
    [InlineData("http://127.0.0.1:5000/#fragment")]
    [InlineData("http://user:secret@127.0.0.1:5000")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.0.0.1:65536")]
    public void refuses_what_no_process_listens_on(string text) => Assert.Equal(
        EdgeProblems.TargetInvalid, Assert.Throws<ProblemException>(() => EdgeTarget.Parse(text)).Problem.Code);

    [Fact]
    public void makes_equal_targets_of_equal_addresses() => Assert.Equal(EdgeTarget.Loopback(80), EdgeTarget.Parse("http://127.0.0.1"));
}
