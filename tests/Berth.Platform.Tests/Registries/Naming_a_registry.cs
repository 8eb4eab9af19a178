using Berth.Kernel;
using Berth.Platform.Registries;
using CsCheck;

namespace Berth.Platform.Tests.Registries;

public sealed class Naming_a_registry
{
    [Theory]
    [InlineData("ghcr.io", "ghcr.io")]
    [InlineData("https://ghcr.io/v2/", "ghcr.io")]
    [InlineData("registry.example.com:5000", "registry.example.com:5000")]
    [InlineData("docker.io", "https://index.docker.io/v1/")]
    [InlineData("hub.docker.com", "https://index.docker.io/v1/")]
    [InlineData("https://index.docker.io/v1/", "https://index.docker.io/v1/")]
    public void files_it_as_docker_does(string text, string key) => Assert.Equal(key, RegistryServer.Parse(text).Key);

    [Theory]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("a b")]
    [InlineData("ghcr.io\n")]
    [InlineData("a@b")]
    [InlineData("host:port")]
    public void refuses_what_is_no_host(string text) => Assert.Throws<ProblemException>(() => RegistryServer.Parse(text));

    [Fact]
    public void refuses_or_reads_whatever_it_is_given() => Gen.String.Sample(text =>
    {
        try
        {
            var server = RegistryServer.Parse(text);
            Assert.Equal(server, RegistryServer.Parse(server.Text));
        }
        catch (ProblemException e)
        {
            Assert.Same(RegistryProblems.ServerInvalid, e.Problem.Code);
        }
    });
}
