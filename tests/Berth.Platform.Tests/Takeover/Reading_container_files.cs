using System.Net;
using Berth.Kernel;
using Berth.Platform.Takeover;
using Berth.Storage;
using Berth.TestKit;
using CsCheck;

namespace Berth.Platform.Tests.Takeover;

public sealed class Reading_container_files : IDisposable
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private readonly ScratchFolder _scratch = new();
    private readonly ContainerFiles _files;

    public Reading_container_files()
    {
        Directory.CreateDirectory(_scratch["home/shop"]);
        _files = new ContainerFiles(new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System), TimeProvider.System);
    }

    [Fact]
    public void finds_each_web_container_with_its_address()
    {
        Write("CONTAINER.web.1", Id + "\n", "172.17.0.2\n", "5000\n");
        Write("CONTAINER.web.2", Id, "172.17.0.3", null);
        Write("CONTAINER.worker.1", Id, "172.17.0.4", "5000");

        Assert.Equal(
            [new IPEndPoint(IPAddress.Parse("172.17.0.2"), 5000), new IPEndPoint(IPAddress.Parse("172.17.0.3"), 5000)],
            Read().Select(container => container.Address));
    }

    [Theory]
    [InlineData("", "172.17.0.2")]
    [InlineData("../../etc/passwd", "172.17.0.2")]
    [InlineData(Id, "")]
    [InlineData(Id, "not an address")]
    public void passes_over_what_makes_no_sense(string id, string address)
    {
        Write("CONTAINER.web.1", id, address, "5000");
        Assert.Empty(Read());
    }

    [Fact]
    public void never_fails() => Gen.String.Array[3].Sample(
        content =>
        {
            Write("CONTAINER.web.1", content[0], content[1], content[2]);
            _ = Read();
        },
        iter: 200,
        threads: 1);

    public void Dispose() => _scratch.Dispose();

    private IReadOnlyList<DokkuContainer> Read() => _files.Of(AppName.Parse("shop"));

    private void Write(string container, string id, string address, string? port)
    {
        var ending = container["CONTAINER".Length..];
        AtomicFile.Write(_scratch[$"home/shop/{container}"], id);
        AtomicFile.Write(_scratch[$"home/shop/IP{ending}"], address);
        if (port is not null)
        {
            AtomicFile.Write(_scratch[$"home/shop/PORT{ending}"], port);
        }
    }
}
