using Berth.Acme.Tests.Dns;
using Berth.TestKit;

[assembly: AssemblyFixture(typeof(KnotFixture))]

namespace Berth.Acme.Tests.Dns;

/// <summary>One Knot for all tests; each uses names of its own.</summary>
public sealed class KnotFixture : IAsyncLifetime
{
    private NameServer? _server;

    public NameServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await NameServer.StartKnotAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
